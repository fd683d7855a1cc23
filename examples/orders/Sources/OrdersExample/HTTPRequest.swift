/// One request, read whole.
struct HTTPRequest {
  let method: String
  /// The path, without what follows a `?`.
  let path: String
  let body: [UInt8]
  let keepsAlive: Bool
}
