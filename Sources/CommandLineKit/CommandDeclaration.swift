/// One command of the tool, declared once: parsing, help, completion and manual page all come from it.
public struct CommandDeclaration: Sendable {
  /// Its name: `run`; for the root, the tool's.
  public let name: String
  /// One line: what it does.
  public let summary: String
  /// Paragraphs for people who read on.
  public let discussion: String
  /// Lines to copy, with what each does; shown first.
  public let examples: [Example]
  /// What stands after the options.
  public let arguments: [Argument]
  /// What changes how it works.
  public let options: [Option]
  /// Commands below it; a command with some has no arguments of its own.
  public let subcommands: [CommandDeclaration]

  /// A line to copy.
  public struct Example: Sendable {
    /// The command line.
    public let line: String
    /// What it does.
    public let summary: String

    /// A line to copy, with what it does.
    public init(_ line: String, _ summary: String) {
      self.line = line
      self.summary = summary
    }
  }

  /// A command.
  public init(
    _ name: String, summary: String, discussion: String = "", examples: [Example] = [],
    arguments: [Argument] = [],
    options: [Option] = [], subcommands: [CommandDeclaration] = []
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.examples = examples
    self.arguments = arguments
    self.options = options
    self.subcommands = subcommands
  }

  /// The command of that name below this one.
  public func subcommand(_ name: String) -> CommandDeclaration? { subcommands.first { $0.name == name } }
}

/// Something that stands after the options.
public struct Argument: Sendable {
  /// How many of it there may be.
  public enum Count: Sendable {
    /// Exactly one.
    case one
    /// One or none.
    case optional
    /// One or more.
    case many
    /// Any number.
    case any
  }

  /// As shown: `PLAN`.
  public let name: String
  /// One line: what it is.
  public let summary: String
  /// How many.
  public let count: Count
  /// What a shell may complete it with.
  public let completion: Completion

  /// An argument.
  public init(_ name: String, _ summary: String, count: Count = .one, completion: Completion = .none) {
    self.name = name
    self.summary = summary
    self.count = count
    self.completion = completion
  }
}

/// Something that changes how a command works.
public struct Option: Sendable {
  /// Whether it takes a value.
  public enum Value: Sendable {
    /// It takes none.
    case none
    /// It takes one, shown so: `--state DIR`.
    case required(String)
    /// It may take one, only with `=`: `--dry-run=probe`; without it has this one.
    case optional(String, default: String)
  }

  /// Without the dashes: `state`.
  public let name: String
  /// One letter that stands for it: `-n`.
  public let letter: Character?
  /// Whether it takes a value.
  public let value: Value
  /// The values it may have; empty: any.
  public let choices: [String]
  /// Whether it may be given more than once.
  public let isRepeatable: Bool
  /// One line: what it does.
  public let summary: String
  /// What a shell may complete its value with.
  public let completion: Completion

  /// An option.
  public init(
    _ name: String, letter: Character? = nil, value: Value = .none, choices: [String] = [],
    isRepeatable: Bool = false,
    completion: Completion = .none, _ summary: String
  ) {
    self.name = name
    self.letter = letter
    self.value = value
    self.choices = choices
    self.isRepeatable = isRepeatable
    self.summary = summary
    self.completion = choices.isEmpty ? completion : .words(choices)
  }
}

/// What a shell may complete a word with.
public enum Completion: Sendable {
  /// Nothing.
  case none
  /// Files.
  case files
  /// Folders.
  case folders
  /// One of these.
  ///
  /// They are asked for when a completion script is written, not by every command.
  case words(@Sendable () -> [String])

  /// One of these, known from the start.
  public static func words(_ words: [String]) -> Completion { .words { words } }
}
