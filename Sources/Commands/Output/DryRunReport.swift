import BackendKit
import Execution
import PlanModel
import Reporting
import RunEvents
import StepGraph
import Values

/// What a dry run says: nothing in it is ever "passed".
enum DryRunReport {
  /// What would run, in which order; reads nothing but the plan.
  static func printStatic(_ setup: RunSetup, _ options: ExecutionOptions, _ console: Console) -> ExitCode {
    let dryRun = StaticDryRun(setup.graph, mode: setup.mode, options: options)
    let nodes = setup.graph.nodes
    if console.isJSON {
      console.print(json(setup, depth: "static", steps: staticSteps(dryRun, setup)).text(pretty: true))
      return .done
    }
    var lines = ["dry run (static) of \(setup.graph.plan.name): nothing was looked at but the plan", ""]
    for (index, wave) in dryRun.waves.enumerated() {
      for node in wave { lines.append("  \(index + 1)  \(describe(nodes[node]))  would-run") }
    }
    for wave in dryRun.finally {
      for node in wave { lines.append("  f  \(describe(nodes[node]))  would-run") }
    }
    for skip in dryRun.skips {
      lines.append("  -  \(describe(nodes[skip.step]))  \(word(skip)): \(skip.reason.message)")
    }
    lines += ["", "steps of one number start together as soon as those before are done; f: `finally`"]
    lines.append(
      "`--dry-run=probe` also looks at snapshots, targets, services and channels, changing nothing")
    console.print(lines.joined(separator: "\n"))
    return .done
  }

  /// Whether it could run, as far as looking can tell; exits with 1 if anything is blocked.
  static func printProbe(_ setup: RunSetup, _ options: ExecutionOptions, _ console: Console) async -> ExitCode
  {
    let probes = await ProbeDryRun(
      graph: setup.graph, environment: setup.environment, facts: setup.facts, options: options,
      references: { _ in nil }
    ).run()
    let blocked = probes.filter { $0.state == .blocked }.count
    if console.isJSON {
      let steps = probes.map { probe -> JSONValue in
        [
          "id": .string(probe.step.text), "state": .string(probe.state.rawValue),
          "findings": .array(
            probe.findings.map {
              [
                "subject": .string($0.subject), "state": .string($0.state.rawValue),
                "detail": .string($0.detail),
              ]
            }),
        ]
      }
      console.print(json(setup, depth: "probe", steps: steps).text(pretty: true))
    } else {
      console.print(text(setup, probes, console))
    }
    return blocked > 0 ? .failed : .done
  }

  private static func text(_ setup: RunSetup, _ probes: [StepProbe], _ console: Console) -> String {
    var lines = ["dry run (probe) of \(setup.graph.plan.name): read-only, nothing was changed", ""]
    for probe in probes {
      lines.append("  \(paint(probe.state, console)) \(probe.step)")
      for finding in probe.findings {
        lines.append(
          "      \(finding.state.rawValue): \(PrintableText.line(finding.subject)): \(PrintableText.line(finding.detail))"
        )
      }
    }
    func count(_ state: ProbeFinding.State) -> Int { probes.filter { $0.state == state }.count }
    lines += [
      "",
      "\(count(.checked)) of \(probes.count) steps could be checked, \(count(.wouldRun)) would run, "
        + "\(count(.notCheckable)) cannot be checked, \(count(.blocked)) blocked",
    ]
    return lines.joined(separator: "\n")
  }

  private static func paint(_ state: ProbeFinding.State, _ console: Console) -> String {
    let text = state.rawValue.padded(to: 13)
    guard console.colorsOutput else { return text }
    let tone =
      switch state {
      case .checked: "32"
      case .blocked: "31"
      case .wouldRun, .notCheckable: "33"
      }
    return "\u{1b}[\(tone)m\(text)\u{1b}[0m"
  }

  private static func word(_ skip: StaticDryRun.Skip) -> String {
    skip.reason.code == ExpectedResult.skippedByMode ? "skipped-by-mode" : "left-out"
  }

  private static func describe(_ node: StepNode) -> String {
    "\(node.step.id.text.padded(to: 28)) \(node.step.actionName.padded(to: 18))"
  }

  private static func staticSteps(_ dryRun: StaticDryRun, _ setup: RunSetup) -> [JSONValue] {
    let nodes = setup.graph.nodes
    var steps: [JSONValue] = []
    for (index, wave) in dryRun.waves.enumerated() {
      for node in wave {
        steps.append([
          "id": .string(nodes[node].step.id.text), "state": "would-run", "wave": .integer(Int64(index + 1)),
        ])
      }
    }
    for node in dryRun.finally.flatMap({ $0 }) {
      steps.append(["id": .string(nodes[node].step.id.text), "state": "would-run", "finally": true])
    }
    for skip in dryRun.skips {
      steps.append([
        "id": .string(nodes[skip.step].step.id.text), "state": .string(word(skip)),
        "reason": .string(skip.reason.message),
      ])
    }
    return steps
  }

  private static func json(_ setup: RunSetup, depth: String, steps: [JSONValue]) -> JSONValue {
    [
      "schemaVersion": 1, "plan": .string(setup.graph.plan.name.text), "dryRun": .string(depth),
      "mode": .string(setup.mode.rawValue),
      "steps": .array(steps),
    ]
  }
}
