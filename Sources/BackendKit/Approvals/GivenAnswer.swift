/// One answer to a question as it was found: who gave it is what the kernel says, not what the answer says.
public struct GivenAnswer: Sendable, Hashable {
  /// What tells it from all other answers to the question.
  public var id: String
  /// Who gave it.
  public var person: Person
  /// The groups they are in.
  public var groups: Set<String>
  /// Whether they agree.
  public var approves: Bool
  /// What they said.
  public var comment: String?
  /// Why it is no answer at all; nil when it is one.
  public var problem: String?

  /// An answer.
  public init(
    id: String, person: Person, groups: Set<String> = [], approves: Bool, comment: String? = nil,
    problem: String? = nil
  ) {
    self.id = id
    self.person = person
    self.groups = groups
    self.approves = approves
    self.comment = comment
    self.problem = problem
  }
}
