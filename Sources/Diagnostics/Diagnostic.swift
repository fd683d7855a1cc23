/// How much a finding weighs.
public enum Severity: String, Sendable, Comparable, CaseIterable {
  /// The plan can run; a reviewer should look.
  case warning
  /// The plan cannot be trusted to run; nothing was touched.
  case error

  /// A warning weighs less than an error.
  public static func < (left: Self, right: Self) -> Bool { left == .warning && right == .error }
}

/// One finding about a plan: a value, rendered only at the very end.
public struct Diagnostic: Sendable, Hashable {
  /// Which rule was broken: its code, name, severity and manual page.
  public let rule: DiagnosticRule
  /// What is wrong, with the fact first; lower case, no full stop, user text in backticks.
  public let message: String
  /// Where.
  public let range: SourceRange
  /// What to do about it, when there is something to say.
  public let hint: String?
  /// The file, as the user named it.
  public var file: String

  /// A finding; `file` is filled in by whoever knows it.
  public init(
    _ rule: DiagnosticRule, _ message: String, at range: SourceRange, hint: String? = nil, file: String = ""
  ) {
    self.rule = rule
    self.message = message
    self.range = range
    self.hint = hint
    self.file = file
  }
}

extension [Diagnostic] {
  /// Whether any finding is an error.
  public var hasErrors: Bool { contains { $0.rule.severity == .error } }

  /// In the order of the text, and by code within one place: what people read from top to bottom.
  public var inReadingOrder: [Diagnostic] {
    sorted { ($0.file, $0.range.start, $0.rule.code) < ($1.file, $1.range.start, $1.rule.code) }
  }
}
