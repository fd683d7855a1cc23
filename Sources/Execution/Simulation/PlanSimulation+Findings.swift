import BackendKit
import PlanModel
import RunEvents
import StepGraph
import Values

extension PlanSimulation {
  /// What the expected run and these outcomes show to be wrong, the worst kinds first.
  public func findings(_ expected: SimulatedRun, _ outcomes: [FaultOutcome]) -> [SimulationFinding] {
    unverified(expected, outcomes) + unheard(outcomes) + unheardApprovals(expected)
      + lostByWaiting(expected, outcomes)
      + leftStopped(expected, outcomes)
  }

  // MARK: Nobody is told

  private func unheard(_ outcomes: [FaultOutcome]) -> [SimulationFinding] {
    let silent = outcomes.filter { !$0.run.isRecovered && $0.toldAfter.isEmpty }
    let paused = silent.filter { $0.run.result == .waiting }
    let ended = silent.filter { $0.run.result != .waiting }
    return [
      finding(
        .nobodyTold, ended, "the run ends without recovery and nobody is told",
        "add a NotifyStakeholders step under `finally`: it runs whatever happened"),
      finding(
        .unheardPause, paused,
        "the run waits for a person and nobody is told: `Pause` does not run `finally`",
        "use `onFailure: Abort` and tell people under `finally`, or have somebody watch every run"),
    ].compactMap { $0 }
  }

  private func finding(
    _ kind: SimulationFinding.Kind, _ outcomes: [FaultOutcome], _ what: String, _ remedy: String
  ) -> SimulationFinding? {
    guard !outcomes.isEmpty else { return nil }
    let steps = Set(outcomes.map(\.step)).sorted()
    let faults = Set(outcomes.map(\.fault)).sorted()
    return SimulationFinding(
      kind: kind, message: "if \(names(steps)) \(verbs(faults)), \(what)", remedy: remedy, steps: steps,
      faults: faults)
  }

  /// Approvals that the expected run asks for before anybody was told anything.
  private func unheardApprovals(_ expected: SimulatedRun) -> [SimulationFinding] {
    graph.nodes.enumerated().compactMap { index, node in
      guard node.step.action.effects.phase == .waiting, let start = expected.starts[index],
        !expected.told.contains(where: { $0.at <= start })
      else { return nil }
      return SimulationFinding(
        kind: .unheardApproval,
        message:
          "`\(node.step.id)` waits up to \(node.step.timeout.planText) for people, and nobody has been told by then",
        remedy: "put a NotifyStakeholders step before it", steps: [index], faults: [])
    }
  }

  // MARK: Waiting

  private func lostByWaiting(
    _ expected: SimulatedRun, _ outcomes: [FaultOutcome]
  ) -> [SimulationFinding] {
    let objectives = graph.plan.objectives
    var findings: [SimulationFinding] = []
    for outcome in outcomes where outcome.fault == .hangs && !outcome.run.isRecovered {
      let step = graph.nodes[outcome.step].step
      guard let start = outcome.run.starts[outcome.step], let end = outcome.run.ends[outcome.step] else {
        continue
      }
      let waited = (end - start).planText
      if let mtd = objectives.mtd, outcome.run.end > mtd {
        findings.append(
          SimulationFinding(
            kind: .mtdLostByWaiting,
            message:
              "if `\(step.id)` hangs, the run waits \(waited) for it, past the maximum tolerable downtime of "
              + mtd.planText,
            remedy: "give `\(step.id)` a `timeout` well below that", steps: [outcome.step], faults: [.hangs]))
        continue
      }
      // Where a fault found at once loses the objective too, it is not lost by waiting.
      let isLostAnyway = outcomes.contains {
        $0.step == outcome.step && $0.fault == .fails && $0.outlook == .lost
      }
      guard expected.rto == .met, outcome.outlook == .lost, !isLostAnyway else { continue }
      let most =
        objectives.rto - start - (outcome.run.end - end) - remaining(after: outcome.run)
      let usual = durations.steps[outcome.step].expected
      let declared = step.declaresTimeout ? "its timeout" : "it declares no timeout, so that is the RTO"
      findings.append(
        SimulationFinding(
          kind: .rtoLostByWaiting,
          message:
            "if `\(step.id)` hangs, the run waits \(waited) for it (\(declared)), and the RTO of "
            + "\(objectives.rto.planText) is lost by waiting alone",
          remedy: most > usual
            ? "set its `timeout` to at most \(rounded(most).planText): it is expected to take \(usual.readable)"
            : "the RTO leaves no time to try `\(step.id)` twice: watch it, or make the steps after it shorter",
          steps: [outcome.step], faults: [.hangs]))
    }
    return findings
  }

  /// Down to whole seconds, as plans write it.
  private func rounded(_ time: Duration) -> Duration {
    time >= .seconds(1) ? .seconds(time.components.seconds) : time
  }

  // MARK: Restores that nothing verifies

  private func unverified(
    _ expected: SimulatedRun, _ outcomes: [FaultOutcome]
  ) -> [SimulationFinding] {
    var findings = unread(in: expected).map { database, restore in
      SimulationFinding(
        kind: .unverifiedRestore,
        message:
          "`\(graph.nodes[restore].step.id)` restores `\(database)`, and no required check reads it afterwards",
        remedy:
          "add a check of `\(database)` to a VerifyIntegrity step that needs `\(graph.nodes[restore].step.id)`",
        steps: [restore], faults: [])
    }
    let known = Set(findings.flatMap(\.steps))
    for outcome in outcomes {
      for (database, restore) in unread(in: outcome.run) where !known.contains(restore) {
        let step = graph.nodes[outcome.step].step.id
        findings.append(
          SimulationFinding(
            kind: .unverifiedRestore,
            message:
              "if `\(step)` \(verbs([outcome.fault])), the run counts as recovered though no required check has "
              + "read `\(database)`",
            remedy: "use `onFailure: Abort` for `\(step)`, or name it in `restoredWhen`",
            steps: [outcome.step], faults: [outcome.fault]))
      }
    }
    return findings
  }

  /// Databases that a run restored and no required check read afterwards, though it counts as recovered.
  private func unread(in run: SimulatedRun) -> [(DatabaseID, restore: Int)] {
    guard run.isRecovered else { return [] }
    var unread: [(DatabaseID, restore: Int)] = []
    for (restore, node) in graph.nodes.enumerated() where run.states[restore] == .succeeded {
      for database in node.step.action.effects.restores {
        let isRead = graph.nodes.indices.contains { reader in
          guard run.states[reader] == .succeeded, let start = run.starts[reader], let end = run.ends[restore],
            start >= end
          else { return false }
          return graph.nodes[reader].step.action.effects.checks.contains {
            $0.isRequired && $0.check.readsData && $0.check.database == database
          }
        }
        if !isRead { unread.append((database, restore)) }
      }
    }
    return unread
  }

  // MARK: Services

  private func leftStopped(
    _ expected: SimulatedRun, _ outcomes: [FaultOutcome]
  ) -> [SimulationFinding] {
    var found: [Int: (services: Set<ServiceID>, outcomes: [FaultOutcome])] = [:]
    for outcome in outcomes {
      for case .stopped(let service, let stop) in outcome.run.leftBehind {
        found[stop, default: ([], [])].services.insert(service)
        found[stop, default: ([], [])].outcomes.append(outcome)
      }
    }
    return found.sorted { $0.key < $1.key }.map { stop, found in
      let always = expected.leftBehind.contains { if case .stopped(_, stop) = $0 { true } else { false } }
      let steps = Set(found.outcomes.map(\.step)).sorted()
      let faults = Set(found.outcomes.map(\.fault)).sorted()
      let services = found.services.sorted().map { "`\($0)`" }.joined(separator: ", ")
      return SimulationFinding(
        kind: .servicesLeftStopped,
        message: (always ? "even if all goes well" : "if \(names(steps)) \(verbs(faults))")
          + ", nothing starts again what `\(graph.nodes[stop].step.id)` stops: \(services)",
        remedy: always
          ? "name them in a RestartServices step"
          : "that may be right while the data is in doubt; else start them under `finally`",
        steps: always ? [stop] : steps, faults: always ? [] : faults)
    }
  }

  // MARK: Words

  private func names(_ steps: [Int]) -> String {
    let names = steps.map { "`\(graph.nodes[$0].step.id)`" }
    guard names.count > 1 else { return names.first ?? "" }
    if names.count > 4 {
      return "any of \(names[0]), \(names[1]), \(names[2]) and \(names.count - 3) more steps"
    }
    return names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
  }

  private func verbs(_ faults: [Fault]) -> String {
    let verbs = faults.map { fault in
      switch fault {
      case .fails: "fails"
      case .hangs: "hangs"
      case .slow: "is slow"
      case .dies: "is under way when drplan dies"
      }
    }
    guard verbs.count > 1 else { return verbs.first ?? "" }
    return verbs.dropLast().joined(separator: ", ") + " or " + verbs[verbs.count - 1]
  }
}
