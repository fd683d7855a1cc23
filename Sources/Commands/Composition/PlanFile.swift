import BackendKit
import Backends
import CommandLineKit
import Declarations
import Diagnostics
import HostSystem
import PlanLoading
import PlanModel
import PlanSyntax
import StepGraph
import Values

/// A plan's file, read and checked as a whole.
struct PlanFile: Sendable {
  /// The file as the user named it.
  let file: String
  /// The bytes read; empty when the file could not be read.
  let bytes: [UInt8]
  /// The step graph; nil if anything is wrong.
  let graph: StepGraph?
  /// Everything found, in reading order.
  let diagnostics: [Diagnostic]

  /// Reads and checks a plan, offline and without secrets.
  static func load(_ file: String, arguments: [String: String], usesExamples: Bool) -> PlanFile {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try DurableFile.read(file, limit: SyntaxLimits.standard.bytes)
    } catch {
      let diagnostic = Diagnostic(
        error.isTooLarge ? .limitExceeded : .planUnreadable, "the plan cannot be read: \(error)",
        at: .beginning,
        hint: error.isTooLarge
          ? "is this the plan? even one of a hundred thousand steps is smaller"
          : "name a YAML file that drplan may read",
        file: file)
      return PlanFile(file: file, bytes: [], graph: nil, diagnostics: [diagnostic])
    }
    return check(
      bytes, file, directory: PathText.parent(of: HostFacts.absolutePath(file)), arguments: arguments,
      usesExamples: usesExamples)
  }

  /// Checks a plan's text as if it stood in `directory`.
  static func check(
    _ bytes: [UInt8], _ file: String, directory: String, arguments: [String: String], usesExamples: Bool
  ) -> PlanFile {
    let loader = PlanLoader(registry: Backends.registry, digest: { SHA256Hasher.digest($0) })
    let loaded = loader.load(
      PlanSource(file: file, directory: directory, bytes: bytes), arguments: arguments,
      usesExamples: usesExamples)
    guard let plan = loaded.partial else {
      return PlanFile(file: file, bytes: bytes, graph: nil, diagnostics: loaded.diagnostics)
    }
    let built = GraphBuilder.build(plan)
    // A plan with errors is looked at all the same, so that they are all reported in one go.
    var found = built.diagnostics
    // What the text alone gives away is found already.
    if !found.contains(where: { $0.rule == .drillTouchesProduction }) { found += DrillScratch.findings(plan) }
    let diagnostics = (loaded.diagnostics + found.map { $0.placed(in: file) }).inReadingOrder
    return PlanFile(
      file: file, bytes: bytes, graph: diagnostics.hasErrors ? nil : built.graph, diagnostics: diagnostics)
  }

  /// Reads a plan for a command that needs it whole: findings go to standard error, an invalid plan ends the command.
  static func require(_ invocation: Invocation, _ console: Console) throws(CommandFailure) -> (
    PlanFile, StepGraph
  ) {
    try require(
      load(invocation.arguments[0], arguments: try parameters(invocation), usesExamples: false), console)
  }

  /// As `require`, of a plan that is read.
  static func require(_ file: PlanFile, _ console: Console) throws(CommandFailure) -> (PlanFile, StepGraph) {
    let sources = [file.file: SourceText(bytes: file.bytes)]
    guard let graph = file.graph else {
      if console.isJSON {
        console.print(DiagnosticRenderer.json(file.diagnostics, sources: sources))
      } else {
        console.note(DiagnosticRenderer.text(file.diagnostics, sources: sources, color: console.colorsError))
      }
      throw CommandFailure(.refused, "")
    }
    if !file.diagnostics.isEmpty {
      console.note(DiagnosticRenderer.concise(file.diagnostics))
    }
    return (file, graph)
  }

  static let param = Option(
    "param", value: .required("NAME=VALUE"), isRepeatable: true, "a value for a parameter of the plan")

  /// The values given with `--param`.
  static func parameters(_ invocation: Invocation) throws(CommandFailure) -> [String: String] {
    var values: [String: String] = [:]
    for text in invocation.values(param) {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw CommandFailure(.refused, "`--param \(text)` has no value", remedy: "write `--param name=value`")
      }
      let name = String(text[..<equals])
      guard values[name] == nil else {
        throw CommandFailure(.refused, "the parameter `\(name)` is given twice")
      }
      values[name] = String(text[text.index(after: equals)...])
    }
    return values
  }
}

extension Diagnostic {
  func placed(in file: String) -> Diagnostic {
    var placed = self
    placed.file = file
    return placed
  }
}
