/// Why a manifest line was refused.
struct ManifestFault: Error {
  let message: String
  /// The line is well-formed, but names a place outside.
  var isUnsafePath = false
}
