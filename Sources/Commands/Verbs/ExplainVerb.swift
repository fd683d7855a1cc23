import BackendKit
import Backends
import CommandLineKit
import Declarations
import Diagnostics
import PlanLoading
import Values

/// `drplan explain`: what a diagnostic means; the keys of a kind or of a section of the plan.
enum ExplainVerb: Verb {
  static var waits: Bool { false }

  static let declaration = CommandDeclaration(
    "explain", summary: "what a diagnostic means; the keys of an action, engine, check, section...",
    discussion: "Without a word it lists everything that it can explain. Works offline.",
    examples: [
      .init("drplan explain DRP202", "what the diagnostic means, with a bad and a good example"),
      .init("drplan explain RestoreDatabase", "what the action does, and its keys"),
      .init("drplan explain steps", "the keys that every step has"),
    ],
    arguments: [
      Argument(
        "WORD", "a code, a kind or a section; a list of all if left out", count: .optional,
        completion: .words { words })
    ], options: [FormatOption.textOrJSON])

  private static var words: [String] {
    DiagnosticRule.all.map(\.code) + Backends.registry.declarations.map(\.declaration.name)
      + PlanSchema.sections(for: Backends.registry).map(\.name)
  }

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    guard let word = invocation.arguments.first else {
      console.print(console.isJSON ? Self.listJSON.text(pretty: true) : list)
      return .done
    }
    if let rule = DiagnosticRule.named(word) {
      console.print(console.isJSON ? json(rule).text(pretty: true) : DiagnosticRenderer.manualPage(rule))
      return .done
    }
    let kinds = Backends.registry.declarations.filter {
      $0.declaration.name.lowercased() == word.lowercased()
    }
    if !kinds.isEmpty {
      // One name can be a kind of two families: the File channel, the Command check.
      let pages = kinds.map {
        console.isJSON
          ? KindPage.json($0.declaration, family: $0.family).text(pretty: true)
          : KindPage.text($0.declaration, family: $0.family)
      }
      console.print(
        console.isJSON && pages.count > 1
          ? "[\(pages.joined(separator: ",\n"))]" : pages.joined(separator: "\n"))
      return .done
    }
    if let section = PlanSchema.sections(for: Backends.registry).first(where: { $0.name == word }) {
      console.print(
        console.isJSON
          ? section.shape.schema().text(pretty: true) : KindPage.text(section.shape, named: section.name))
      return .done
    }
    throw CommandFailure(
      .refused, "there is nothing called `\(word)` to explain",
      remedy: NearestName.of(word, among: words).map { "did you mean `\($0)`?" }
        ?? "`drplan explain` lists everything")
  }

  private static func json(_ rule: DiagnosticRule) -> JSONValue {
    [
      "code": .string(rule.code), "name": .string(rule.name), "severity": .string(rule.severity.rawValue),
      "summary": .string(rule.summary), "why": .string(rule.why), "bad": .string(rule.bad),
      "good": .string(rule.good),
    ]
  }

  private static var list: String {
    var lines: [String] = []
    var family = ""
    for (noun, declaration) in Backends.registry.declarations {
      if noun != family {
        lines += [lines.isEmpty ? "" : "", "\(noun)s:"].filter { !(lines.isEmpty && $0.isEmpty) }
      }
      family = noun
      lines.append("  \(declaration.name.padded(to: 20)) \(declaration.summary)")
    }
    lines += [
      "", "sections of a plan:",
      "  " + PlanSchema.sections(for: Backends.registry).map(\.name).joined(separator: ", "),
    ]
    lines += ["", "diagnostics:"]
    for rule in DiagnosticRule.all {
      lines.append("  \(rule.code) \(rule.name.padded(to: 26)) \(rule.summary)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static var listJSON: JSONValue {
    [
      "kinds": .array(
        Backends.registry.declarations.map { family, declaration in
          [
            "family": .string(family), "name": .string(declaration.name),
            "summary": .string(declaration.summary),
          ]
        }),
      "sections": .array(PlanSchema.sections(for: Backends.registry).map { .string($0.name) }),
      "diagnostics": .array(DiagnosticRule.all.map(json)),
    ]
  }
}

extension String {
  /// With spaces behind it up to a width.
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
