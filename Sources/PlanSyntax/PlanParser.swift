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

  private static func read(_ bytes: [UInt8], limits: SyntaxLimits) -> (root: Node?, diagnostics: [Diagnostic]) {
    guard bytes.count <= limits.bytes else { return (nil, [tooLarge(bytes.count, limit: limits.bytes)]) }
    if let finding = TextEncoding.finding(in: bytes) { return (nil, [finding]) }
    return bytes.withUnsafeBufferPointer { all in
      // Editors do not count a byte order mark as a column, so nobody below sees it.
      let text = UnsafeBufferPointer(rebasing: all.dropFirst(TextEncoding.hasByteOrderMark(bytes) ? 3 : 0))
      guard DirectiveScan.isHarmless(text) else { return (nil, [tooManyDirectives]) }
      var builder = NodeBuilder(text: text, limits: limits)
      let root: Node?
      do throws(SyntaxStop) {
        root = try builder.document()
      } catch {
        return (nil, builder.diagnostics + [error.diagnostic])
      }
      return (root, builder.diagnostics)
    }
  }

  private static func tooLarge(_ count: Int, limit: Int) -> Diagnostic {
    Diagnostic(
      .limitExceeded, "the plan is \(count) bytes long, more than the \(limit) that a plan may have", at: .beginning,
      hint: "is this the right file?")
  }

  private static let tooManyDirectives = Diagnostic(
    .limitExceeded, "the plan has more than \(DirectiveScan.most) YAML directives", at: .beginning,
    hint: "plans need none of the lines that begin with `%`")
}
