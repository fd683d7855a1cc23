import CommandLineKit
import Diagnostics
import HostSystem
import PlanModel
import StepGraph
import Values

/// `drplan validate`: checks plans, offline.
enum ValidateVerb: Verb {
  static var waits: Bool { false }

  static let format = FormatOption.option(["text", "concise", "json", "github"])
  static let strict = Option("strict", "count warnings as errors")

  static let declaration = CommandDeclaration(
    "validate", summary: "check plans, offline",
    discussion: """
      Reads each plan and reports everything that is wrong with it in one go, each finding with its place, a stable code \
      and the remedy. Needs no network, no secret and no backend. Exits with 2 if there is an error.
      """,
    examples: [
      .init("drplan validate plans/*.yaml", "check all plans of a folder"),
      .init("drplan validate --format github plans/orders.yaml", "annotate a pull request"),
    ],
    arguments: [Argument("PLAN", "the plan's file", count: .many, completion: .files)],
    options: [format, strict, PlanFile.param, Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let parameters = try PlanFile.parameters(invocation)
    let files = invocation.arguments.map { PlanFile.load($0, arguments: parameters, usesExamples: true) }
    let diagnostics = files.flatMap(\.diagnostics)
    var sources: [String: SourceText] = [:]
    for file in files where !file.diagnostics.isEmpty { sources[file.file] = SourceText(bytes: file.bytes) }
    switch invocation.value(format) ?? "text" {
    case "json": console.print(DiagnosticRenderer.json(diagnostics, sources: sources))
    case "concise": if !diagnostics.isEmpty { console.print(DiagnosticRenderer.concise(diagnostics)) }
    case "github": console.output.write(GitHubAnnotations.text(diagnostics))
    default:
      if !diagnostics.isEmpty {
        console.print(DiagnosticRenderer.text(diagnostics, sources: sources, color: console.colorsOutput))
      }
      for file in files { if let graph = file.graph { console.print(verdict(file.file, graph)) } }
    }
    let isRed = diagnostics.hasErrors || (invocation.has(strict) && !diagnostics.isEmpty)
    return isRed ? .refused : .done
  }

  /// A right plan shows its critical path and its margin.
  private static func verdict(_ file: String, _ graph: StepGraph) -> String {
    let worst = graph.worstPath
    let rto = graph.plan.objectives.rto
    let steps = graph.nodes.count == 1 ? "1 step" : "\(graph.nodes.count) steps"
    let unknown = graph.hasUnknownDurations ? " (some steps declare no timeout)" : ""
    return
      "\(file): valid, \(steps); timeouts on the critical path add up to \(worst.total.planText) of the RTO of "
      + "\(rto.planText)\(unknown)"
  }
}

/// Findings as workflow commands that GitHub shows beside the lines of a pull request.
enum GitHubAnnotations {
  /// Errors first: GitHub shows ten of each kind a step.
  static func text(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.sorted { $0.rule.severity > $1.rule.severity }.map { diagnostic in
      let range = diagnostic.range
      var place = "file=\(property(diagnostic.file)),line=\(range.start.line),endLine=\(range.end.line)"
      if range.start.line == range.end.line {
        place += ",col=\(range.start.column),endColumn=\(range.end.column)"
      }
      let hint = diagnostic.hint.map { "\n\($0)" } ?? ""
      let title = property("\(diagnostic.rule.code) \(diagnostic.rule.name)")
      return
        "::\(diagnostic.rule.severity.rawValue) \(place),title=\(title)::\(data(diagnostic.message + hint))\n"
    }.joined()
  }

  private static func data(_ text: String) -> String {
    text.replacing("%", with: "%25").replacing("\r", with: "%0D").replacing("\n", with: "%0A")
  }

  private static func property(_ text: String) -> String {
    data(text).replacing(":", with: "%3A").replacing(",", with: "%2C")
  }
}
