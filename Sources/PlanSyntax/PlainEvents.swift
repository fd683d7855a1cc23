// Over 300 lines: one state machine, whose states can only be followed together.
import CYAML

/// The same events as libyaml's for the plain YAML that most plans are written in, in a tenth of the time.
///
/// It reads block mappings and lists, flow collections on one line, plain and quoted text on one line, and comments.
/// At everything else (anchors, tags, escapes, blocks of text, several lines, mistakes) it gives up with `notPlain`,
/// and libyaml reads the text from its beginning: this never decides what is wrong with a text. What it does read, it
/// reads as libyaml does; tests and a fuzz target hold the two against each other.
///
/// Libyaml alone takes 72 ms for a plan of 10,000 steps, of the 100 ms that validating it may take.
struct PlainEvents: ~Copyable, EventSource {
  private struct Frame {
    enum Kind { case blockMapping, blockSequence, flowMapping, flowSequence }
    let kind: Kind
    let indent: Int
  }

  private enum State {
    case stream, document, root, keyOfNewMapping, mappingValue, sequenceItem, blockNext
    case flowItemOrEnd, flowValue, flowNext, documentEnd, streamEnd
  }

  /// A scalar's text, and whether a colon that makes it a key follows.
  private struct Token {
    var event: drplan_yaml_event
    var isKey: Bool
  }

  private let base: UnsafePointer<UInt8>
  private let count: Int
  private var offset = 0
  private var line: Int32 = 0
  /// Where the line begins, moved on by each byte that begins no code point: columns are differences to it.
  private var lineStart = 0
  private var state = State.stream
  private var frames: [Frame] = []
  private var savedKey = drplan_yaml_event()

  /// Nil for a text that is certainly not plain.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard let base = text.baseAddress, PlainText.isPlain(text) else { return nil }
    self.base = base
    count = text.count
    frames.reserveCapacity(64)
  }

  mutating func next() throws(EventFailure) -> drplan_yaml_event {
    switch state {
    case .stream:
      state = .document
      return event(YAML_STREAM_START_EVENT)
    case .document: return try document()
    case .root: return try blockNode(isNewLine: true, emptyAt: nil)
    case .keyOfNewMapping:
      state = .mappingValue
      return savedKey
    case .mappingValue, .sequenceItem: return try value()
    case .blockNext: return try blockNext()
    case .flowItemOrEnd: return try flowItemOrEnd()
    case .flowValue: return try flowNode()
    case .flowNext: return try flowNext()
    case .documentEnd:
      state = .streamEnd
      return event(YAML_DOCUMENT_END_EVENT)
    case .streamEnd: return event(YAML_STREAM_END_EVENT)
    }
  }

  private mutating func document() throws(EventFailure) -> drplan_yaml_event {
    skipToContent()
    if column == 0, isMarker("-") {
      offset += 3
      guard isLineEnd() else { throw .notPlain }
      skipToContent()
    }
    guard offset < count else { throw .notPlain }
    state = .root
    return event(YAML_DOCUMENT_START_EVENT)
  }

  // MARK: Blocks

  /// The value behind a key's colon or a list's dash.
  private mutating func value() throws(EventFailure) -> drplan_yaml_event {
    let afterDash = state == .sequenceItem
    let mark = (line, Int32(column))
    skipSpaces()
    guard !isLineEnd() else {
      skipToContent()
      return try blockNode(isNewLine: true, emptyAt: mark)
    }
    return try blockNode(isNewLine: afterDash, emptyAt: nil)
  }

  /// A node of a block; `isNewLine` when it may be a block collection itself.
  private mutating func blockNode(
    isNewLine: Bool, emptyAt mark: (line: Int32, column: Int32)?
  ) throws(EventFailure) -> drplan_yaml_event {
    let column = offset < count ? self.column : -1
    if let mark, let parent = frames.last, column <= parent.indent {
      let isItem = column == parent.indent && parent.kind == .blockMapping && isDash()
      guard isItem else {
        state = .blockNext
        return empty(at: mark)
      }
    }
    guard !isDocumentMarker() else { throw .notPlain }
    if isDash() {
      guard isNewLine else { throw .notPlain }
      frames.append(Frame(kind: .blockSequence, indent: column))
      let start = event(YAML_SEQUENCE_START_EVENT)
      offset += 1
      state = .sequenceItem
      return start
    }
    if base[offset] == UInt8(ascii: "[") || base[offset] == UInt8(ascii: "{") { return openFlow() }
    let start = event(YAML_MAPPING_START_EVENT)
    let token = try scalar(inFlow: false)
    if token.isKey {
      guard isNewLine else { throw .notPlain }
      frames.append(Frame(kind: .blockMapping, indent: column))
      savedKey = token.event
      state = .keyOfNewMapping
      return start
    }
    try endValue()
    return token.event
  }

  /// Ends a value of a block: the next line with something in it must not go on with it.
  private mutating func endValue() throws(EventFailure) {
    guard let frame = frames.last else { throw .notPlain }
    skipToContent()
    guard offset == count || column <= frame.indent else { throw .notPlain }
    state = .blockNext
  }

  /// At the first character of a line, or at the end: the next key, the next item, or the end of a collection.
  private mutating func blockNext() throws(EventFailure) -> drplan_yaml_event {
    guard let frame = frames.last else {
      guard offset == count else { throw .notPlain }
      state = .documentEnd
      return try next()
    }
    let column = offset < count ? self.column : -1
    let isMapping = frame.kind == .blockMapping
    if column < frame.indent { return close(isMapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT) }
    guard column == frame.indent, !isDocumentMarker() else { throw .notPlain }
    if isMapping {
      guard !isDash() else { throw .notPlain }
      let token = try scalar(inFlow: false)
      guard token.isKey else { throw .notPlain }
      state = .mappingValue
      return token.event
    }
    guard isDash() else {
      // A list whose dashes stand in the column of its key ends with the next key.
      guard frames.count > 1, frames[frames.count - 2].kind == .blockMapping,
        frames[frames.count - 2].indent == frame.indent
      else { throw .notPlain }
      return close(YAML_SEQUENCE_END_EVENT)
    }
    offset += 1
    state = .sequenceItem
    return try value()
  }

  private mutating func close(_ kind: yaml_event_type_t) -> drplan_yaml_event {
    frames.removeLast()
    return event(kind)
  }

  // MARK: Flow collections on one line

  private mutating func openFlow() -> drplan_yaml_event {
    let isMapping = base[offset] == UInt8(ascii: "{")
    frames.append(Frame(kind: isMapping ? .flowMapping : .flowSequence, indent: 0))
    var result = event(isMapping ? YAML_MAPPING_START_EVENT : YAML_SEQUENCE_START_EVENT)
    offset += 1
    result.end_column += 1
    result.style = 1
    state = .flowItemOrEnd
    return result
  }

  private mutating func closeFlow() throws(EventFailure) -> drplan_yaml_event {
    let isMapping = frames.removeLast().kind == .flowMapping
    var result = event(isMapping ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT)
    offset += 1
    result.end_column += 1
    if let outer = frames.last, outer.kind == .flowMapping || outer.kind == .flowSequence {
      state = .flowNext
    } else {
      skipSpacesBeforeComment()
      guard isLineEnd() else { throw .notPlain }
      try endValue()
    }
    return result
  }

  /// Behind the opening bracket or a comma.
  private mutating func flowItemOrEnd() throws(EventFailure) -> drplan_yaml_event {
    skipSpaces()
    let isMapping = frames.last?.kind == .flowMapping
    if peek(0) == (isMapping ? UInt8(ascii: "}") : UInt8(ascii: "]")) { return try closeFlow() }
    guard isMapping else { return try flowNode() }
    let token = try scalar(inFlow: true)
    guard token.isKey else { throw .notPlain }
    state = .flowValue
    return token.event
  }

  private mutating func flowNode() throws(EventFailure) -> drplan_yaml_event {
    skipSpaces()
    let first = peek(0)
    if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") { return openFlow() }
    let token = try scalar(inFlow: true)
    guard !token.isKey else { throw .notPlain }
    state = .flowNext
    return token.event
  }

  /// Behind an item or a value.
  private mutating func flowNext() throws(EventFailure) -> drplan_yaml_event {
    skipSpaces()
    if peek(0) == UInt8(ascii: ",") {
      offset += 1
      return try flowItemOrEnd()
    }
    let end = frames.last?.kind == .flowMapping ? UInt8(ascii: "}") : UInt8(ascii: "]")
    guard peek(0) == end else { throw .notPlain }
    return try closeFlow()
  }

  // MARK: Scalars

  private mutating func scalar(inFlow: Bool) throws(EventFailure) -> Token {
    var result = event(YAML_SCALAR_EVENT)
    let start = offset
    let first = peek(0)
    let isQuoted = first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
    let end: Int
    if isQuoted {
      try skipQuoted(first)
      result.value = base + start + 1
      result.length = offset - start - 2
      result.style = 1
      end = offset
    } else {
      end = try skipPlain(inFlow: inFlow)
      result.value = base + start
      result.length = end - start
    }
    result.end_column = Int32(truncatingIfNeeded: end - lineStart)

    skipSpacesBeforeComment()
    if peek(0) == UInt8(ascii: ":") {
      // A key is as long as libyaml looks for its colon; near that it may decide.
      let follower = peek(1)
      guard follower == Self.space || follower == Self.feed, offset - start < 1000 else { throw .notPlain }
      offset += 1
      return Token(event: result, isKey: true)
    }
    guard inFlow || isLineEnd() else { throw .notPlain }
    return Token(event: result, isKey: false)
  }

  /// Moves behind the closing quote.
  private mutating func skipQuoted(_ quote: UInt8) throws(EventFailure) {
    offset += 1
    while true {
      let byte = peek(0)
      if byte == Self.feed || byte == UInt8(ascii: "\\") && quote == UInt8(ascii: "\"") { throw .notPlain }
      if byte & 0xC0 == 0x80 { lineStart += 1 }
      offset += 1
      if byte == quote { break }
    }
    guard peek(0) != UInt8(ascii: "'") && peek(0) != UInt8(ascii: "\"") else { throw .notPlain }
  }

  /// Moves behind plain text and the spaces after it; returns where the text ends.
  private mutating func skipPlain(inFlow: Bool) throws(EventFailure) -> Int {
    switch peek(0) {
    case UInt8(ascii: "-"):
      let second = peek(1)
      guard second != Self.space, second != Self.feed, !Self.isFlowIndicator(second) else { throw .notPlain }
    case Self.space, Self.feed, UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "["),
      UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "#"), UInt8(ascii: "&"),
      UInt8(ascii: "*"),
      UInt8(ascii: "!"), UInt8(ascii: "|"), UInt8(ascii: ">"), UInt8(ascii: "%"), UInt8(ascii: "@"),
      UInt8(ascii: "`"):
      throw .notPlain
    default: break
    }
    var end = offset
    while true {
      let byte = peek(0)
      switch byte {
      case Self.feed: return end
      case Self.space:
        offset += 1
        if peek(0) == UInt8(ascii: "#") { return end }
        continue
      case UInt8(ascii: ":"):
        let follower = peek(1)
        if follower == Self.space || follower == Self.feed { return end }
        if inFlow, Self.isFlowIndicator(follower) { throw .notPlain }
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
        if inFlow { return end }
      case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "?"):
        if inFlow { throw .notPlain }
      case 0x80..<0xC0: lineStart += 1
      default: break
      }
      offset += 1
      end = offset
    }
  }

  // MARK: Characters

  private static let space = UInt8(ascii: " ")
  private static let feed = UInt8(ascii: "\n")

  private var column: Int { offset - lineStart }

  /// The byte at a distance; behind the end of the text there is one more line end.
  private func peek(_ distance: Int) -> UInt8 {
    offset + distance < count ? base[offset + distance] : Self.feed
  }

  private mutating func skipSpaces() {
    while peek(0) == Self.space { offset += 1 }
  }

  /// Skips spaces unless nothing but a comment follows them: `isLineEnd` has to see that they are there.
  private mutating func skipSpacesBeforeComment() {
    var end = offset
    while end < count, base[end] == Self.space { end += 1 }
    offset = end < count && base[end] == UInt8(ascii: "#") && end > offset ? end - 1 : end
  }

  /// Whether nothing follows on this line but spaces and a comment with a space before it.
  private func isLineEnd() -> Bool {
    if peek(0) == Self.feed { return true }
    var index = offset
    while index < count, base[index] == Self.space { index += 1 }
    guard index < count, base[index] != Self.feed else { return true }
    return base[index] == UInt8(ascii: "#") && index > 0 && base[index - 1] == Self.space
  }

  /// Moves to the next character that is neither blank nor in a comment, or to the end of the text.
  private mutating func skipToContent() {
    while offset < count {
      switch base[offset] {
      case Self.space: offset += 1
      case Self.feed:
        offset += 1
        line += 1
        lineStart = offset
      case UInt8(ascii: "#"):
        while offset < count, base[offset] != Self.feed { offset += 1 }
      default: return
      }
    }
  }

  private func isDash() -> Bool {
    peek(0) == UInt8(ascii: "-") && (peek(1) == Self.space || peek(1) == Self.feed)
  }

  private func isDocumentMarker() -> Bool {
    column == 0 && (isMarker("-") || isMarker("."))
  }

  private func isMarker(_ character: Unicode.Scalar) -> Bool {
    let byte = UInt8(ascii: character)
    guard offset + 2 < count, base[offset] == byte, base[offset + 1] == byte, base[offset + 2] == byte else {
      return false
    }
    return peek(3) == Self.space || peek(3) == Self.feed
  }

  private static func isFlowIndicator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "?"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"),
      UInt8(ascii: "}"):
      true
    default: false
    }
  }

  // MARK: Events

  /// An event without width at the present place.
  private func event(_ kind: yaml_event_type_t) -> drplan_yaml_event {
    var result = drplan_yaml_event()
    result.kind = kind.kind
    result.start_line = line
    result.end_line = line
    result.start_column = Int32(truncatingIfNeeded: column)
    result.end_column = result.start_column
    return result
  }

  private func empty(at mark: (line: Int32, column: Int32)) -> drplan_yaml_event {
    var result = event(YAML_SCALAR_EVENT)
    result.start_line = mark.line
    result.end_line = mark.line
    result.start_column = mark.column
    result.end_column = mark.column
    result.value = base
    return result
  }
}
