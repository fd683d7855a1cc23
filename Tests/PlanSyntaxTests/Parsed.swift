import Diagnostics
import DrplanTestKit
import PlanSyntax

/// A text as the parser reads it, with short ways to ask about it.
struct Parsed {
  let marked: MarkedText
  let root: Node?
  let diagnostics: [Diagnostic]

  init(_ marked: String, limits: SyntaxLimits = .standard) {
    self.marked = MarkedText(marked)
    (root, diagnostics) = PlanParser.parse(bytes: self.marked.bytes, file: "plan.yaml", limits: limits)
  }

  var codes: [String] { diagnostics.map(\.rule.code) }
  var ranges: [SourceRange] { diagnostics.map(\.range) }

  subscript(start: Character, end: Character) -> SourceRange { marked[start, end] }

  /// The tree as YAML flow text with every text quoted, for comparing.
  var tree: String { root.map(Self.flow) ?? "-" }

  static func flow(_ node: Node) -> String {
    switch node.content {
    case .scalar(let text, .plain): text.isEmpty ? "~" : text
    case .scalar(let text, .quoted): "'\(text)'"
    case .scalar(let text, .block): "|\(text)|"
    case .sequence(let items): "[\(items.map(flow).joined(separator: ", "))]"
    case .mapping(let entries): "{\(entries.map { "\($0.key): \(flow($0.value))" }.joined(separator: ", "))}"
    }
  }
}
