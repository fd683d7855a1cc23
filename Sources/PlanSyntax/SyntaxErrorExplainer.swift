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
      return Diagnostic(.yamlSyntax, "the quoted text that begins here never ends", at: one(context), hint: quoteHint(context))
    }
    var message = failure.problem
    if let words = failure.context {
      message += " \(words)"
      if let context, context != place { message += " that begins at \(context.line):\(context.column)" }
    }
    return Diagnostic(.yamlSyntax, message, at: one(place), hint: hint(problemAt: place, context: context))
  }

  private func hint(problemAt place: SourcePosition, context: SourcePosition?) -> String? {
    tabHint(place, context)
      ?? openQuoteHint(place)
      ?? colonHint(place, context)
      ?? characterHint(place)
      ?? bracketHint(context)
      ?? indentationHint(place, context)
  }

  /// A tab among the blanks that begin the line, or one of the two lines before it.
  private func tabHint(_ place: SourcePosition, _ context: SourcePosition?) -> String? {
    for number in stride(from: Int(place.line), through: max(1, Int(place.line) - 2), by: -1) {
      let indentation = (source.line(number) ?? "").prefix { $0 == " " || $0 == "\t" }
      if indentation.contains("\t") { return "line \(number) is indented by a tab; YAML wants spaces" }
    }
    return failure.problem.contains("tab character") ? "YAML wants spaces here, not a tab" : nil
  }

  /// Text that was quoted over several lines and ends where the problem begins closes at the wrong quote.
  private func openQuoteHint(_ place: SourcePosition) -> String? {
    guard let lastQuoted, lastQuoted.end.line == place.line, lastQuoted.start.line < place.line else { return nil }
    return "the quote opened at \(lastQuoted.start.line):\(lastQuoted.start.column) ends only in this line; is its closing quote missing?"
  }

  private func quoteHint(_ opened: SourcePosition) -> String {
    "close the quote in line \(opened.line)"
  }

  private func colonHint(_ place: SourcePosition, _ context: SourcePosition?) -> String? {
    if failure.problem.contains("could not find expected ':'") {
      for line in [context?.line, place.line].compactMap(\.self) {
        if let fixed = withSpaceAfterColon(Int(line)) {
          return "a colon that ends a key needs a space after it: \(UserText.quoted(fixed))"
        }
      }
      return "a key and its value are written `key: value`"
    }
    guard failure.problem.hasPrefix("mapping values are not allowed") else { return nil }
    if let fixed = withSpaceAfterColon(Int(place.line) - 1) {
      return "a colon that ends a key needs a space after it: \(UserText.quoted(fixed))"
    }
    let before = (source.line(Int(place.line)) ?? "").unicodeScalars.prefix(Int(place.column) - 1)
    if String(String.UnicodeScalarView(before)).contains(": ") {
      return "quote a value that holds a colon and a space"
    }
    return "a key stands below its neighbours, in the same column; is line \(place.line) indented too far?"
  }

  /// The line as it was probably meant, if it begins with `word:something`.
  private func withSpaceAfterColon(_ number: Int) -> String? {
    guard let line = source.line(number) else { return nil }
    var rest = line.drop { $0 == " " || $0 == "-" }
    let key = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
    rest = rest.dropFirst(key.count)
    guard !key.isEmpty, rest.first == ":", let next = rest.dropFirst().first, next != " ", next != "/" else { return nil }
    return "\(key): \(rest.dropFirst())"
  }

  private func characterHint(_ place: SourcePosition) -> String? {
    switch failure.problem {
    case "did not find expected alphabetic or numeric character", "did not find URI escaped octet":
      return "quote a value that begins with `*`, `&` or `!`"
    case "found character that cannot start any token":
      let character = source.line(Int(place.line)).flatMap { line in
        line.unicodeScalars.dropFirst(Int(place.column) - 1).first
      }
      return character.map { "quote a value that begins with \(UserText.quoted(String($0)))" }
    case "found unknown escape character":
      return "in double quotes a backslash begins an escape; write `\\\\`, or use single quotes"
    default:
      return nil
    }
  }

  private func bracketHint(_ context: SourcePosition?) -> String? {
    guard let context else { return nil }
    let opened = "opened at \(context.line):\(context.column)"
    if failure.problem.hasSuffix("',' or ']'") { return "is the `[` \(opened) closed, and is there a comma between its items?" }
    if failure.problem.hasSuffix("',' or '}'") { return "is the `{` \(opened) closed, and is there a comma between its keys?" }
    return nil
  }

  private func indentationHint(_ place: SourcePosition, _ context: SourcePosition?) -> String? {
    guard let context, context.column != place.column else { return nil }
    switch failure.problem {
    case "did not find expected key":
      return "keys of one mapping stand in one column: column \(context.column) as in line \(context.line), not \(place.column)"
    case "did not find expected '-' indicator":
      return "items of one list stand in one column: column \(context.column) as in line \(context.line), not \(place.column)"
    default: return nil
    }
  }

  /// The character at a place; nothing at the end of a line.
  private func one(_ place: SourcePosition) -> SourceRange {
    let length = source.line(Int(place.line))?.unicodeScalars.count ?? 0
    let column = Int(place.column)
    let end = SourcePosition(line: Int(place.line), column: column <= length ? column + 1 : column)
    return SourceRange(start: place, end: end)
  }
}
