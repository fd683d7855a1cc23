import CYAML

/// libyaml's events over a text that outlives it: the one place that holds a libyaml parser.
struct YAMLEvents: ~Copyable, EventSource {
  /// Why libyaml stopped; lines and columns from 0, in code points.
  struct Failure: Error {
    /// libyaml's words, such as "did not find expected key".
    var problem: String
    /// What it was doing, such as "while parsing a block mapping".
    var context: String?
    /// Where the problem is: a line and column, or for a character that YAML forbids an offset in bytes.
    var place: Place
    /// Where the context began.
    var contextMark: (line: Int, column: Int)?
    /// The forbidden character.
    var character: UInt32 = 0
  }

  enum Place {
    case mark(line: Int, column: Int, index: Int)
    case byte(offset: Int)
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let raw: UnsafeMutablePointer<yaml_event_t>

  init(_ text: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    raw = .allocate(capacity: 1)
    // Fails only without memory, like every allocation here.
    precondition(yaml_parser_initialize(parser) == 1, "no memory for a YAML parser")
    raw.initialize(to: yaml_event_t())
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, text.baseAddress, text.count)
  }

  deinit {
    yaml_event_delete(raw)
    yaml_parser_delete(parser)
    raw.deallocate()
    parser.deallocate()
  }

  func next() throws(EventFailure) -> drplan_yaml_event {
    var event = drplan_yaml_event()
    guard drplan_yaml_next(parser, raw, &event) == 1 else { throw .syntax(failure()) }
    return event
  }

  private func failure() -> Failure {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "the text cannot be parsed"
    if state.error == YAML_READER_ERROR {
      let character = UInt32(clamping: state.problem_value)
      return Failure(problem: problem, place: .byte(offset: state.problem_offset), character: character)
    }
    let mark = state.problem_mark
    let context = state.context.map { String(cString: $0) }
    return Failure(
      problem: problem, context: context,
      place: .mark(line: mark.line, column: mark.column, index: mark.index),
      contextMark: context == nil ? nil : (state.context_mark.line, state.context_mark.column))
  }
}
