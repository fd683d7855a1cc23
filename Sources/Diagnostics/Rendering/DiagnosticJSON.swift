import Values

extension DiagnosticRenderer {
  /// For programs: one object with the counts and every finding.
  ///
  /// Keys may be added under the same `formatVersion`, none
  /// of these changes. `hint` and `snippet` are null where there is none.
  public static func json(_ diagnostics: [Diagnostic], sources: [String: SourceText]) -> String {
    let errors = diagnostics.count { $0.rule.severity == .error }
    var result = """
      {
        "formatVersion": "1",
        "valid": \(errors == 0),
        "errorCount": \(errors),
        "warningCount": \(diagnostics.count - errors),
        "diagnostics": [
      """
    let findings = diagnostics.inReadingOrder
    for (index, diagnostic) in findings.enumerated() {
      let snippet = sources[diagnostic.file]?.line(Int(diagnostic.range.start.line))
      result += """
        \(index == 0 ? "" : ",")
            {
              "code": \(JSONValue.quoted(diagnostic.rule.code)),
              "name": \(JSONValue.quoted(diagnostic.rule.name)),
              "severity": \(JSONValue.quoted(diagnostic.rule.severity.rawValue)),
              "message": \(JSONValue.quoted(diagnostic.message)),
              "hint": \(diagnostic.hint.map(JSONValue.quoted) ?? "null"),
              "file": \(JSONValue.quoted(diagnostic.file)),
              "range": {"start": \(position(diagnostic.range.start)), "end": \(position(diagnostic.range.end))},
              "snippet": \(snippet.map(JSONValue.quoted) ?? "null")
            }
        """
    }
    return result + (findings.isEmpty ? "]\n}\n" : "\n  ]\n}\n")
  }

  private static func position(_ position: SourcePosition) -> String {
    "{\"line\": \(position.line), \"column\": \(position.column)}"
  }
}
