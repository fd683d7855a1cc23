public import Values

/// What a target was seen to be.
public struct TargetIdentity: Sendable, Codable, Equatable {
  /// The database whose place it is.
  public var database: DatabaseID
  /// The place.
  public var target: String
  /// Facts by name, as a plan writes them under `identity`; none when nothing stands there.
  public var facts: [String: String]

  /// A look at a target.
  public init(database: DatabaseID, target: String, facts: [String: String]) {
    self.database = database
    self.target = target
    self.facts = facts
  }
}

/// How a command of a step ended.
public struct CommandRecord: Sendable, Codable, Equatable {
  /// Its exit code.
  public var exitCode: Int32
  /// The beginning of its standard output, secrets masked; nil for one that failed.
  public var output: String?

  /// The end of a command.
  public init(exitCode: Int32, output: String? = nil) {
    self.exitCode = exitCode
    self.output = output
  }
}

/// A question to people.
public struct ApprovalRequest: Sendable, Codable, Equatable {
  /// What is asked.
  public var prompt: String
  /// Users and groups who may answer; empty: everyone who may write to the run's directory.
  public var from: [String]
  /// How many must agree.
  public var quorum: Int
  /// Seconds until no answer is a no.
  public var timeoutSeconds: Double
  /// The command line that answers.
  public var command: String?
  /// How many times the run had come to an end and was resumed when it was asked; nil for never.
  public var round: Int?

  /// A question.
  public init(
    prompt: String, from: [String], quorum: Int, timeoutSeconds: Double, command: String? = nil,
    round: Int? = nil
  ) {
    self.prompt = prompt
    self.from = from
    self.quorum = quorum
    self.timeoutSeconds = timeoutSeconds
    self.command = command
    self.round = round
  }

  /// Who is asked, for people: `1 of orders-leads`.
  public var asked: String {
    "\(quorum) of \(from.isEmpty ? "those with access to the run" : from.joined(separator: ", "))"
  }
}

/// An answer to a question.
public struct ApprovalAnswer: Sendable, Codable, Equatable {
  /// Operating system user that answered.
  public var user: String
  /// Whether they agree.
  public var approves: Bool
  /// What they said.
  public var comment: String?
  /// Why it does not count; nil when it does.
  public var rejected: String?
  /// What tells it from other answers to the question.
  public var id: String?

  /// An answer.
  public init(
    user: String, approves: Bool, comment: String? = nil, rejected: String? = nil, id: String? = nil
  ) {
    self.id = id
    self.user = user
    self.approves = approves
    self.comment = comment
    self.rejected = rejected
  }
}
