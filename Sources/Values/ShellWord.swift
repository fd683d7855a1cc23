/// Writes texts so that a shell reads each as one word.
public enum ShellWord {
  /// `text` as one word of a shell's command line: as it is when nothing in it means anything to a shell.
  public static func quoted(_ text: String) -> String {
    let isPlain =
      !text.isEmpty
      && text.utf8.allSatisfy {
        (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
          || "/._-+,:@".utf8.contains($0)
      }
    return isPlain
      ? text
      : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
