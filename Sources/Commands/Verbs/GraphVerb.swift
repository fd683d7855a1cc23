import CommandLineKit
import StepGraph
import Values

/// `drplan graph`: the step graph and its critical path.
enum GraphVerb: Verb {
  static var waits: Bool { false }

  static let format = FormatOption.option(["text", "mermaid", "dot", "json"])

  static let declaration = CommandDeclaration(
    "graph", summary: "show the step graph and its critical path",
    examples: [
      .init("drplan graph plans/orders.yaml", "steps on a time line, with the margin to the RTO"),
      .init("drplan graph --format dot plans/orders.yaml | dot -Tsvg > orders.svg", "a picture"),
    ],
    arguments: [Argument("PLAN", "the plan's file", completion: .files)],
    options: [format, PlanFile.param, Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let (_, graph) = try PlanFile.require(invocation, console)
    switch invocation.value(format) ?? "text" {
    case "mermaid": console.print(GraphMermaid.text(graph))
    case "dot": console.print(GraphDot.text(graph))
    case "json": console.print(GraphJSON.value(graph).text(pretty: true))
    default: console.print(GraphText.text(graph, width: console.width, color: console.colorsOutput))
    }
    return .done
  }
}
