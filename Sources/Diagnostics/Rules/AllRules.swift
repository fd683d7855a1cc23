extension DiagnosticRule {
  /// Every rule, ordered by code.
  ///
  /// A new family is a file in this folder and one line here.
  public static let all: [DiagnosticRule] =
    syntaxRules + schemaRules + graphRules + objectiveRules + safetyRules + secretRules + notificationRules

  /// The rule with this code or name, in any letter case; a code also without its letters (`drplan explain 202`).
  public static func named(_ word: String) -> DiagnosticRule? {
    let word = word.lowercased()
    return all.first { $0.code.lowercased() == word || $0.name == word || $0.code.dropFirst(3) == word }
  }
}
