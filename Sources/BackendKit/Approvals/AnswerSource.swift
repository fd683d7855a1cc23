public import Values

/// Where people's answers to the questions of a run come from.
public protocol AnswerSource: Sendable {
  /// Makes room for answers to a step, and gives the command line that answers it.
  func invite(_ step: StepID) async throws(StepFailure) -> String

  /// All answers given to a step so far, in the order they came; those that were asked for before, too.
  func answers(to step: StepID) async throws(StepFailure) -> [GivenAnswer]

  /// Which of these names are neither a user's nor a group's.
  func unknown(_ names: [String]) async -> [String]
}

/// For what asks nobody: there is never an answer.
public struct NoAnswers: AnswerSource {
  /// No answers.
  public init() {}

  /// There is no command.
  public func invite(_ step: StepID) async throws(StepFailure) -> String { "" }
  /// None.
  public func answers(to step: StepID) async throws(StepFailure) -> [GivenAnswer] { [] }
  /// Knows every name.
  public func unknown(_ names: [String]) async -> [String] { [] }
}
