extension DiagnosticRenderer {
  /// The page that `drplan explain` prints: what the rule asks, why, a bad and a good example.
  public static func manualPage(_ rule: DiagnosticRule) -> String {
    """
    \(rule.code) \(rule.name) (\(rule.severity.rawValue))

    \(rule.summary)

    Why
    \(wrapped(rule.why).map { "  \($0)\n" }.joined())
    Bad
    \(indented(rule.bad))
    Good
    \(indented(rule.good))
    """
  }

  /// The same page for the documentation folder.
  public static func markdownPage(_ rule: DiagnosticRule) -> String {
    """
    # \(rule.code) \(rule.name)

    \(rule.summary) Severity: \(rule.severity.rawValue).

    ## Why

    \(wrapped(rule.why).joined(separator: "\n"))

    ## Bad

    ```yaml
    \(rule.bad)
    ```

    ## Good

    ```yaml
    \(rule.good)
    ```

    """
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "\n" : "  \($0)\n" }
      .joined()
  }

  /// The words in lines of at most 78 columns.
  private static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + 1 + word.count > 78 {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
  }
}
