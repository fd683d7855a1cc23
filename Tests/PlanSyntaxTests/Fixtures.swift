/// Files of the repository that tests read.
enum Fixtures {
  /// The path of a file or folder below `Tests`.
  static func path(_ relative: String, from file: String = #filePath) -> String {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
    return parts.joined(separator: "/") + "/" + relative
  }
}
