import Diagnostics
import PlanSyntax

/// One reader of untrusted bytes: whatever they are, it must return.
struct FuzzTarget: Sendable {
  /// The name on the command line, and of the seeds' folder in `Tests/Corpus`.
  let name: String
  /// Reads the bytes.
  let read: @Sendable ([UInt8]) -> Void

  /// Every target: a new one is one line here.
  static let all: [FuzzTarget] = [
    FuzzTarget(name: "plan", read: readPlan)
  ]

  /// The text of a plan, by both readers, and the excerpts of what is wrong with it.
  private static func readPlan(_ bytes: [UInt8]) {
    precondition(PlanParser.compareReaders(bytes) != .different, "the quick reader and libyaml disagree")
    let (_, diagnostics) = PlanParser.parse(bytes: bytes, file: "plan.yaml")
    guard !diagnostics.isEmpty else { return }
    let sources = ["plan.yaml": SourceText(bytes: bytes)]
    _ = DiagnosticRenderer.text(diagnostics, sources: sources, color: false)
    _ = DiagnosticRenderer.json(diagnostics, sources: sources)
  }
}
