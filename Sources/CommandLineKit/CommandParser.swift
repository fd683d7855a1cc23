import Values

/// Reads a command line by the tool's declaration.
public struct CommandParser: Sendable {
  private let root: CommandDeclaration

  /// A parser for a tool.
  public init(_ root: CommandDeclaration) { self.root = root }

  /// What a command line asks for.
  public enum Request: Sendable {
    /// To carry a command out.
    case invoke(Invocation)
    /// To show the help of the command at that path.
    case help([CommandDeclaration])
    /// To show the version.
    case version
  }

  /// Reads `arguments`, which do not include the program's own name.
  ///
  /// Options may stand before or after arguments; `--` ends them. `--help`, `-h` and `--version` win over everything.
  public func parse(_ arguments: [String]) throws(UsageError) -> Request {
    var path = [root]
    var rest = arguments[...]
    while let word = rest.first, !word.hasPrefix("-"), let current = path.last, !current.subcommands.isEmpty {
      if word == "help" { return .help(try descend(path, rest.dropFirst())) }
      guard let next = current.subcommand(word) else { throw unknownCommand(word, path) }
      path.append(next)
      rest = rest.dropFirst()
    }
    if let end = rest.firstIndex(of: "--").map({ rest[..<$0] }) ?? Optional(rest) {
      if end.contains("--help") || end.contains("-h") { return .help(path) }
      if end.contains("--version"), path.count == 1 { return .version }
    }
    guard let command = path.last, command.subcommands.isEmpty else {
      if rest.isEmpty { return .help(path) }
      throw UsageError("`\(Self.name(of: path))` needs a command before `\(rest.first ?? "")`", path: path)
    }
    return .invoke(try read(rest, for: command, path))
  }

  /// The command's full name: `drplan snapshots list`.
  public static func name(of path: [CommandDeclaration]) -> String { path.map(\.name).joined(separator: " ") }

  private func descend(_ path: [CommandDeclaration], _ words: ArraySlice<String>) throws(UsageError)
    -> [CommandDeclaration]
  {
    var path = path
    for word in words {
      guard let next = path[path.count - 1].subcommand(word) else { throw unknownCommand(word, path) }
      path.append(next)
    }
    return path
  }

  private func unknownCommand(_ word: String, _ path: [CommandDeclaration]) -> UsageError {
    let names = path[path.count - 1].subcommands.map(\.name)
    let nearest = NearestName.of(word, among: names).map { "did you mean `\(Self.name(of: path)) \($0)`?" }
    return UsageError("`\(Self.name(of: path))` has no command `\(word)`", hint: nearest, path: path)
  }

  private func read(
    _ words: ArraySlice<String>, for command: CommandDeclaration, _ path: [CommandDeclaration]
  ) throws(UsageError) -> Invocation {
    var values: [String: [String]] = [:]
    var arguments: [String] = []
    var rest = words
    while let word = rest.popFirst() {
      if word == "--" {
        arguments += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        arguments.append(word)
        continue
      }
      let name = word.prefix { $0 != "=" }
      let attached = name.count < word.count ? String(word.dropFirst(name.count + 1)) : nil
      guard let option = option(String(name), of: command) else {
        throw unknownOption(String(name), command, path)
      }
      let value = try value(of: option, attached, &rest, path)
      if values[option.name] != nil, !option.isRepeatable {
        throw UsageError("`--\(option.name)` is given twice", path: path)
      }
      values[option.name, default: []].append(value)
    }
    try check(arguments, against: command.arguments, path)
    return Invocation(path: path.map(\.name), values: values, arguments: arguments)
  }

  private func option(_ word: String, of command: CommandDeclaration) -> Option? {
    command.options.first { "--\($0.name)" == word || ($0.letter.map { "-\($0)" } == word) }
  }

  private func value(
    of option: Option, _ attached: String?, _ rest: inout ArraySlice<String>, _ path: [CommandDeclaration]
  ) throws(UsageError) -> String {
    let value: String
    switch option.value {
    case .none:
      if attached != nil { throw UsageError("`--\(option.name)` takes no value", path: path) }
      return ""
    case .optional(_, let fallback): value = attached ?? fallback
    case .required(let name):
      value = try required(of: option, shownAs: name, attached, &rest, path)
    }
    guard option.choices.isEmpty || option.choices.contains(value) else {
      throw UsageError(
        "`\(value)` is not a value of `--\(option.name)`",
        hint: NearestName.of(value, among: option.choices).map { "did you mean `\($0)`?" }
          ?? "one of \(option.choices.joined(separator: ", "))", path: path)
    }
    return value
  }

  /// A word that looks like an option is not taken for a value: `--state --dry-run` would run for real.
  private func required(
    of option: Option, shownAs name: String, _ attached: String?, _ rest: inout ArraySlice<String>,
    _ path: [CommandDeclaration]
  ) throws(UsageError) -> String {
    if let attached { return attached }
    if let next = rest.first, next == "-" || !next.hasPrefix("-") { return rest.removeFirst() }
    let hint = rest.first.map { "if `\($0)` is the value, write `--\(option.name)=\($0)`" }
    throw UsageError(
      "`--\(option.name)` needs a value: `--\(option.name) \(name)`", hint: hint, path: path)
  }

  private func unknownOption(_ word: String, _ command: CommandDeclaration, _ path: [CommandDeclaration])
    -> UsageError
  {
    let nearest = NearestName.of(word, among: command.options.map { "--\($0.name)" })
    return UsageError(
      "`\(Self.name(of: path))` has no option `\(word)`", hint: nearest.map { "did you mean `\($0)`?" },
      path: path)
  }

  private func check(_ given: [String], against declared: [Argument], _ path: [CommandDeclaration])
    throws(UsageError)
  {
    let needed = declared.filter { $0.count == .one || $0.count == .many }
    if given.count < needed.count {
      throw UsageError(
        "`\(Self.name(of: path))` needs \(needed[given.count].name)", hint: needed[given.count].summary,
        path: path)
    }
    let isBounded = !declared.contains { $0.count == .many || $0.count == .any }
    if isBounded, given.count > declared.count {
      throw UsageError("`\(Self.name(of: path))` does not take `\(given[declared.count])`", path: path)
    }
  }
}

/// A command with its options and arguments, as given.
public struct Invocation: Sendable {
  /// The command's name, word by word, the tool's first.
  public let path: [String]
  /// What stands after the options.
  public let arguments: [String]
  private let values: [String: [String]]

  init(path: [String], values: [String: [String]], arguments: [String]) {
    self.path = path
    self.values = values
    self.arguments = arguments
  }

  /// Whether the option was given.
  public func has(_ option: Option) -> Bool { values[option.name] != nil }

  /// The option's value, the last one given.
  public func value(_ option: Option) -> String? { values[option.name]?.last }

  /// All values of an option in the order given.
  public func values(_ option: Option) -> [String] { values[option.name] ?? [] }
}

/// A command line that the tool does not understand.
public struct UsageError: Error, Sendable {
  /// What is wrong.
  public let message: String
  /// What was probably meant.
  public let hint: String?
  /// The command whose help tells more.
  public let command: String

  /// What is wrong, and where help is.
  public init(_ message: String, hint: String? = nil, path: [CommandDeclaration]) {
    self.message = message
    self.hint = hint
    command = CommandParser.name(of: path)
  }

  /// What is wrong with a command line that parsed.
  public init(_ message: String, hint: String? = nil, for invocation: Invocation) {
    self.message = message
    self.hint = hint
    command = invocation.path.joined(separator: " ")
  }
}
