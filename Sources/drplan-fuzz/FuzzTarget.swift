import Backends
import Diagnostics
import PlanLoading
import PlanSyntax
import Repository
import StepGraph
import Values

/// One reader of untrusted bytes: whatever they are, it must return.
struct FuzzTarget: Sendable {
  /// The name on the command line, and of the seeds' folder in `Tests/Corpus`.
  let name: String
  /// Reads the bytes.
  let read: @Sendable ([UInt8]) -> Void

  /// Every target: a new one is one line here.
  static let all: [FuzzTarget] = [
    FuzzTarget(name: "plan", read: readPlan),
    FuzzTarget(name: "archive", read: { _ = ArchiveScanner().scan($0) }),
  ]

  /// The text of a plan, by both readers, then the whole plan with its graph, and the excerpts of what is wrong with it.
  private static func readPlan(_ bytes: [UInt8]) {
    precondition(PlanParser.compareReaders(bytes) != .different, "the quick reader and libyaml disagree")
    let loader = PlanLoader(registry: Backends.registry, digest: { _ in .zero })
    let source = PlanSource(file: "plan.yaml", directory: "/plans", bytes: bytes)
    let (_, plan, findings) = loader.load(source, usesExamples: true)
    let diagnostics = findings + (plan.map { GraphBuilder.build($0).diagnostics } ?? [])
    guard !diagnostics.isEmpty else { return }
    let sources = ["plan.yaml": SourceText(bytes: bytes)]
    _ = DiagnosticRenderer.text(diagnostics, sources: sources, color: false)
    _ = DiagnosticRenderer.json(diagnostics, sources: sources)
  }
}
