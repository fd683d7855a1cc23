/// One thing that can be wrong with a plan: a stable code with its manual page.
///
/// Codes are `DRP` and three digits, never reused or renumbered: 0xx YAML and encoding, 1xx keys and values, 2xx graph
/// and references, 3xx objectives, 4xx safety, 5xx secrets, 6xx schedules, 7xx notifications.
public struct DiagnosticRule: Sendable, Hashable {
  /// The code, `DRP202`.
  public let code: String
  /// The readable name, `unknown-step-reference`.
  public let name: String
  /// Whether breaking it is an error or a warning.
  public let severity: Severity
  /// One sentence: what the rule asks.
  public let summary: String
  /// Why it matters and what happens without it.
  public let why: String
  /// A piece of a plan that breaks the rule.
  public let bad: String
  /// The same piece, mended.
  public let good: String

  /// A rule; declare each as a static member in `Rules/`, and list it in `DiagnosticRule.all`.
  public init(
    _ code: String, _ name: String, _ severity: Severity = .error, summary: String, why: String, bad: String,
    good: String
  ) {
    self.code = code
    self.name = name
    self.severity = severity
    self.summary = summary
    self.why = why
    self.bad = bad
    self.good = good
  }

  /// Rules are the same when their codes are.
  public static func == (left: Self, right: Self) -> Bool { left.code == right.code }
  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
