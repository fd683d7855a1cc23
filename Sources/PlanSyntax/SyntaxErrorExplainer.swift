import Diagnostics

/// Turns libyaml's error into a finding: its words, the place where a person has to look, and the usual cause.
struct SyntaxErrorExplainer {
  private let failure: YAMLEvents.Failure
  private let map: SourceMap
  private let source: SourceText
  private let lastQuoted: SourceRange?

  init(
    failure: YAMLEvents.Failure, text: UnsafeBufferPointer<UInt8>, map: SourceMap, lastQuoted: SourceRange?
  ) {
    self.failure = failure
    self.map = map
    self.lastQuoted = lastQuoted
    source = SourceText(bytes: Array(text))
  }

  func diagnostic() -> Diagnostic {
    switch failure.place {
    case .byte(let offset):
      let place = map.position(ofByte: offset)
      let code = String(failure.character, radix: 16, uppercase: true)
      let padding = String(repeating: "0", count: max(0, 4 - code.count))
      return Diagnostic(
        .yamlSyntax, "the character U+\(padding)\(code) may not stand in YAML", at: one(place),
        hint: "remove it, or write it as an escape in double quotes: `\"\\u\(padding)\(code)\"`")
    case .mark(let line, let column, _):
      return explain(problemAt: map.position(line: line, column: column))
    }
  }

  private func explain(problemAt place: SourcePosition) -> Diagnostic {
    let context = failure.contextMark.map { map.position(line: $0.line, column: $0.column) }
    // At the end of the text there is nothing to see; what was never closed is where it was opened.
    if failure.problem.hasSuffix("unexpected end of stream"), let context {
      return Diagnostic(
        .yamlSyntax, "the quoted text that begins here never ends", at: one(context),
        hint: "close the quote in line \(context.line)")
    }
    if tabHint(place) == nil, let missing = missingSpace(place, context) { return missing }
    if failure.problem == "could not find expected ':'", let context {
      return Diagnostic(
        .yamlSyntax, "a key is expected here, but no colon follows", at: one(context),
        hint: hint(problemAt: place, context: context))
    }
    var message = failure.problem
    if let words = failure.context {
      message += " \(words)"
      if let context, context != place { message += " that begins at \(context.line):\(context.column)" }
    }
    return Diagnostic(.yamlSyntax, message, at: one(place), hint: hint(problemAt: place, context: context))
  }

  private func hint(problemAt place: SourcePosition, context: SourcePosition?) -> String? {
    tabHint(place)
      ?? openQuoteHint(place)
      ?? colonHint(place)
      ?? characterHint(place)
      ?? bracketHint(context)
      ?? indentationHint(place, context)
  }

  /// A tab among the blanks that begin the line, or one of the two lines before it.
  private func tabHint(_ place: SourcePosition) -> String? {
    for number in stride(from: Int(place.line), through: max(1, Int(place.line) - 2), by: -1) {
      let indentation = (source.line(number) ?? "").prefix { $0 == " " || $0 == "\t" }
      if indentation.contains("\t") { return "line \(number) is indented by a tab; YAML wants spaces" }
    }
    return failure.problem.contains("tab character") ? "YAML wants spaces here, not a tab" : nil
  }

  /// Text that was quoted over several lines and ends where the problem begins closes at the wrong quote.
  private func openQuoteHint(_ place: SourcePosition) -> String? {
    guard let lastQuoted, lastQuoted.end.line == place.line, lastQuoted.start.line < place.line else {
      return nil
    }
    return
      "the quote opened at \(lastQuoted.start.line):\(lastQuoted.start.column) ends only in this line; is its closing quote missing?"
  }

  /// A key whose colon has no space behind it: libyaml stops at the line after, or at the end of the text.
  private func missingSpace(_ place: SourcePosition, _ context: SourcePosition?) -> Diagnostic? {
    let lines: [Int32]
    switch failure.problem {
    case "could not find expected ':'": lines = [context?.line, place.line].compactMap(\.self)
    case "mapping values are not allowed in this context": lines = [place.line - 1]
    default: return nil
    }
    for number in lines {
      guard let line = source.line(Int(number)) else { continue }
      let blanks = line.prefix { $0 == " " || $0 == "-" }
      let rest = line.dropFirst(blanks.count)
      let key = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
      let value = rest.dropFirst(key.count + 1)
      guard !key.isEmpty, rest.dropFirst(key.count).first == ":", let first = value.first, first != " ",
        first != "/"
      else { continue }
      let start = blanks.unicodeScalars.count + key.unicodeScalars.count + 1
      let range = SourceRange(
        start: SourcePosition(line: Int(number), column: start),
        end: SourcePosition(line: Int(number), column: start + 1))
      return Diagnostic(
        .yamlSyntax, "there is no space behind the colon of \(UserText.quoted(key))", at: range,
        hint: "write \(UserText.quoted("\(key): \(value)"))")
    }
    return nil
  }

  private func colonHint(_ place: SourcePosition) -> String? {
    switch failure.problem {
    case "could not find expected ':'":
      return "a key and its value are written `key: value`"
    case "mapping values are not allowed in this context":
      let before = (source.line(Int(place.line)) ?? "").unicodeScalars.prefix(max(0, Int(place.column) - 1))
      return String(String.UnicodeScalarView(before)).contains(": ")
        ? "quote a value that holds a colon and a space"
        : "keys of one mapping stand in one column; is line \(place.line) indented too far?"
    default:
      return nil
    }
  }

  private func characterHint(_ place: SourcePosition) -> String? {
    switch failure.problem {
    case "did not find expected alphabetic or numeric character", "did not find URI escaped octet":
      return "quote a value that begins with `*`, `&` or `!`"
    case "found character that cannot start any token":
      return character(at: place).map { "quote a value that begins with \(UserText.quoted(String($0)))" }
    case "found unknown escape character":
      return "in double quotes a backslash begins an escape; write `\\\\`, or use single quotes"
    case "found incompatible YAML document", "found duplicate %YAML directive":
      return "remove the lines that begin with `%`; plans need none"
    default:
      return nil
    }
  }

  private func bracketHint(_ context: SourcePosition?) -> String? {
    guard let context else { return nil }
    let opened = "opened at \(context.line):\(context.column)"
    if failure.problem.hasSuffix("',' or ']'") {
      return "is the `[` \(opened) closed, and is there a comma between its items?"
    }
    if failure.problem.hasSuffix("',' or '}'") {
      return "is the `{` \(opened) closed, and is there a comma between its keys?"
    }
    return nil
  }

  private func indentationHint(_ place: SourcePosition, _ context: SourcePosition?) -> String? {
    guard let context else { return nil }
    let (line, column) = (context.line, context.column)
    let isItem = first(of: place) == "-"
    switch failure.problem {
    case "did not find expected key":
      if character(at: place) == "]" || character(at: place) == "}" { return "there is one bracket too many" }
      if isItem, column == place.column {
        return
          "a list item stands where the mapping from line \(line) goes on; the key of the list is missing"
      }
      if isItem { return "is this list item indented like the ones above it?" }
      return "keys of one mapping stand in one column: column \(column) as in line \(line)"
    case "did not find expected '-' indicator":
      return isItem
        ? "items of one list stand in one column: column \(column) as in line \(line), not \(place.column)"
        : "line \(place.line) is indented neither like the list from line \(line) nor like the keys inside its items"
    default:
      return nil
    }
  }

  /// The first character of the line that is no space.
  private func first(of place: SourcePosition) -> Character? {
    source.line(Int(place.line))?.first { $0 != " " }
  }

  private func character(at place: SourcePosition) -> Unicode.Scalar? {
    source.line(Int(place.line))?.unicodeScalars.dropFirst(Int(place.column) - 1).first
  }

  /// The character at a place; nothing at the end of a line.
  private func one(_ place: SourcePosition) -> SourceRange {
    let length = source.line(Int(place.line))?.unicodeScalars.count ?? 0
    let column = Int(place.column)
    let end = SourcePosition(line: Int(place.line), column: column <= length ? column + 1 : column)
    return SourceRange(start: place, end: end)
  }
}
