/// One answer as it lies in a run's directory.
public struct KeptAnswer: Sendable, Equatable {
  /// Its file's name, which no other answer has.
  public var id: String
  /// The number of the user who owns the file, as the kernel says.
  public var owner: UInt32
  /// Who called sudo, as the file says: worth what root's word is worth, and nothing in a file of anybody else.
  public var sudoUser: String?
  /// Whether they agree.
  public var approves: Bool
  /// What they said.
  public var comment: String?
  /// Why it is no answer; nil when it is one.
  public var problem: String?
}

/// An answer as its file has it.
struct AnswerText: Codable {
  var schemaVersion = 1
  var run: String
  var step: String
  var approves: Bool
  var comment: String?
  var sudoUser: String?
}
