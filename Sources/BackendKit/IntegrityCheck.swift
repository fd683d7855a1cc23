public import Declarations
public import Values

/// Proves one thing about recovered data.
///
/// Conforming types live one per file in `Backends/Checks`.
public protocol IntegrityCheck: Sendable {
  /// Its name, keys, documentation.
  static var declaration: KindDeclaration { get }

  /// The check described by those keys.
  init(_ check: Record)

  /// The database it is about, if it is about one.
  var database: DatabaseID? { get }

  /// Whether a pass proves something of the data as it stands in that database's place, because the check reads it there.
  /// Only such a check proves a restore.
  var readsData: Bool { get }

  /// Why it is not made in a drill; nil when it looks at nothing but what the drill restored.
  var drillProblem: String? { get }

  /// Why it cannot read a database of that engine; nil when it can.
  func misfit(with engine: any DatabaseEngine) -> String?

  /// Looks, changing nothing. A failure thrown means that nothing could be found out, which is not a pass.
  func run(_ context: StepContext) async throws(StepFailure) -> CheckOutcome
}

extension IntegrityCheck {
  /// What names a database reads it, unless a check says otherwise.
  public var readsData: Bool { database != nil }

  /// What reads no database looks at the world, where production is.
  public var drillProblem: String? {
    database == nil ? "it reads no database that the drill restored, so it would look at production" : nil
  }
}

/// What a check expected and found.
public struct CheckOutcome: Sendable, Equatable {
  /// Whether what was found is what was expected.
  public var passed: Bool
  /// What was expected, for people.
  public var expected: String
  /// What was found, for people.
  public var actual: String

  /// An outcome.
  public init(passed: Bool, expected: String, actual: String) {
    self.passed = passed
    self.expected = expected
    self.actual = actual
  }
}
