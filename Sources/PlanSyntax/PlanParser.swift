public import Diagnostics

/// Reads the text of a plan into nodes.
public enum PlanParser {
  /// The document in `bytes` and what is wrong with its text, in reading order.
  ///
  /// Whatever the bytes are, this returns, in time and memory proportional to them and within `limits`. There is no
  /// root when the text could not be read to its end, or holds nothing; there is one beside findings that leave the
  /// rest readable (a doubled key keeps its first value), so that the checks after this one can report theirs too.
  /// Keys are unique, aliases and merge keys are resolved: a copied value keeps the place where its text stands.
  public static func parse(
    bytes: [UInt8], file: String, limits: SyntaxLimits = .standard
  ) -> (root: Node?, diagnostics: [Diagnostic]) {
    var (root, diagnostics) = read(bytes, limits: limits)
    for index in diagnostics.indices { diagnostics[index].file = file }
    if diagnostics.count > 1 { diagnostics = diagnostics.inReadingOrder }
    return (root, diagnostics)
  }

  private static func read(_ bytes: [UInt8], limits: SyntaxLimits) -> (root: Node?, diagnostics: [Diagnostic])
  {
    guard bytes.count <= limits.bytes else { return (nil, [tooLarge(bytes.count, limit: limits.bytes)]) }
    if let finding = TextEncoding.finding(in: bytes) { return (nil, [finding]) }
    return bytes.withUnsafeBufferPointer { all in
      // Editors do not count a byte order mark as a column, so nobody below sees it.
      let text = UnsafeBufferPointer(rebasing: all.dropFirst(TextEncoding.hasByteOrderMark(bytes) ? 3 : 0))
      let map = SourceMap(text)
      return readPlain(text, map: map, limits: limits) ?? readAny(text, map: map, limits: limits)
    }
  }

  /// The quick reader; nil for a text that it does not read.
  private static func readPlain(
    _ text: UnsafeBufferPointer<UInt8>, map: SourceMap, limits: SyntaxLimits
  ) -> (root: Node?, diagnostics: [Diagnostic])? {
    guard let events = PlainEvents(text) else { return nil }
    return build(events, text: text, map: map, limits: limits)
  }

  /// Libyaml.
  private static func readAny(
    _ text: UnsafeBufferPointer<UInt8>, map: SourceMap, limits: SyntaxLimits
  ) -> (root: Node?, diagnostics: [Diagnostic]) {
    guard DirectiveScan.isHarmless(text),
      let result = build(YAMLEvents(text), text: text, map: map, limits: limits)
    else { return (nil, [tooManyDirectives]) }
    return result
  }

  /// For tests and fuzzing: whether the quick reader reads these bytes, and whether libyaml then reads the same.
  package static func compareReaders(_ bytes: [UInt8]) -> ReaderComparison {
    guard TextEncoding.finding(in: bytes) == nil else { return .notPlain }
    return bytes.withUnsafeBufferPointer { text in
      let map = SourceMap(text)
      guard let plain = readPlain(text, map: map, limits: .standard) else { return .notPlain }
      let any = readAny(text, map: map, limits: .standard)
      return plain.root == any.root && plain.diagnostics == any.diagnostics ? .equal : .different
    }
  }

  /// What the builder makes of the events; nil when their source gave up.
  private static func build(
    _ events: consuming some EventSource & ~Copyable, text: UnsafeBufferPointer<UInt8>, map: SourceMap,
    limits: SyntaxLimits
  ) -> (root: Node?, diagnostics: [Diagnostic])? {
    var builder = NodeBuilder(events, text: text, map: map, limits: limits)
    do throws(SyntaxStop) {
      let root = try builder.document()
      return (root, builder.diagnostics)
    } catch {
      guard let diagnostic = error.diagnostic else { return nil }
      return (nil, builder.diagnostics + [diagnostic])
    }
  }

  private static func tooLarge(_ count: Int, limit: Int) -> Diagnostic {
    Diagnostic(
      .limitExceeded, "the plan is \(count) bytes long, more than the \(limit) that a plan may have",
      at: .beginning,
      hint: "is this the right file?")
  }

  private static let tooManyDirectives = Diagnostic(
    .limitExceeded, "the plan has more than \(DirectiveScan.most) YAML directives", at: .beginning,
    hint: "plans need none of the lines that begin with `%`")
}
