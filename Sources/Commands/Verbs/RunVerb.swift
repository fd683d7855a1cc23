import BackendKit
import CommandLineKit
import Declarations
import Execution
import HostSystem
import Journal
import PlanModel
import Reporting
import RunEvents
import StepGraph
import Values

/// `drplan run`: runs a plan and says whether its objectives were met.
enum RunVerb: Verb {
  static let dryRun = Option(
    "dry-run", letter: "n", value: .optional("DEPTH", default: "static"), choices: ["static", "probe"],
    "change nothing: show what would run, or look read-only whether it could")
  static let mode = Option(
    "mode", value: .required("MODE"), choices: ["recovery", "drill"],
    "what the run is for; recovery if left out")
  static let events = Option(
    "events", value: .required("FILE"), completion: .files,
    "write each event as a JSON line as soon as it is on record; `-` is standard output")
  static let noProgress = Option("no-progress", "plain lines instead of a redrawn progress display")
  static let parallel = Option(
    "parallel", value: .required("N"), "how many steps may run at once; 8 if left out")

  static let declaration = CommandDeclaration(
    "run", summary: "run a plan and say whether its objectives were met",
    discussion: """
      Validates the plan, looks whether every snapshot it needs is there, then runs its steps in the order of their \
      needs, several at once. What a restore replaces is kept. The verdict compares the time from the declaration to the \
      verified recovery with the RTO, and the age of the restored data at the disruption with the RPO.

      Ctrl-C once: what runs is stopped, `finally` runs, the run is recorded. Ctrl-C twice: everything stops at once. A \
      hang-up of the terminal changes nothing.

      `--mode drill` is `drplan drill`: it restores into scratch space, verifies, and removes all of it again.
      """,
    examples: [
      .init("drplan run plans/orders.yaml", "recover"),
      .init(
        "drplan run plans/orders.yaml --disrupted-at 2026-11-20T03:02:00Z",
        "measure the data lost from that instant"),
      .init("drplan run plans/orders.yaml --mode drill", "rehearse it, touching no live data"),
      .init("drplan run plans/orders.yaml --dry-run=probe", "look whether it could run"),
      .init("drplan run plans/orders.yaml --format json --events run.jsonl", "for machines"),
    ],
    arguments: [Argument("PLAN", "the plan's file", completion: .files)],
    options: [
      dryRun, mode, RunSetup.declaredAt, RunSetup.disruptedAt, PlanFile.param, TypedConfirmation.option,
      parallel, StepOptions.only, StepOptions.from, StepOptions.skip, StepOptions.reason,
      RunSetup.state, events,
      noProgress, FormatOption.option(["text", "json", "markdown"]), Console.color,
    ])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    try await start(invocation, console, mode: invocation.value(mode) == "drill" ? .drill : .recovery)
  }

  /// Runs the plan that a command line names, and finishes the clean-up of drills that died: a drill begins with clean
  /// space, a recovery waits for nobody's rubbish and holds no lock any more when it sweeps.
  static func start(
    _ invocation: Invocation, _ console: Console, mode: RunMode
  ) async throws(CommandFailure) -> ExitCode {
    let isReal = invocation.value(dryRun) == nil
    let stateDirectory = try RunSetup.stateDirectory(invocation)
    if mode == .drill, isReal { await DrillScratch.sweep(stateDirectory, console) }
    let code = try await carryOut(invocation, console, mode: mode)
    if mode == .recovery, isReal { await DrillScratch.sweep(stateDirectory, console) }
    return code
  }

  private static func carryOut(
    _ invocation: Invocation, _ console: Console, mode: RunMode
  ) async throws(CommandFailure) -> ExitCode {
    let (file, graph) = try PlanFile.require(invocation, console)
    var options = try options(invocation)
    options.excluded = try StepOptions.excluded(invocation, graph, mode: mode)
    let confirmation = TypedConfirmation(graph.plan, mode: mode)
    // A dry run asks nobody; a name that is given is checked all the same.
    if !invocation.has(dryRun) || invocation.value(TypedConfirmation.option) != nil {
      try await confirmation.require(invocation.value(TypedConfirmation.option), console)
    }
    let setup = try RunSetup(invocation, file, graph, mode: mode)
    if mode == .drill { try await DrillScratch(setup).check() }
    switch invocation.value(dryRun) {
    case "static": return DryRunReport.printStatic(setup, options, console)
    case "probe": return await DryRunReport.printProbe(setup, options, console)
    default: break
    }
    let leases = try await TargetLeases.acquire(for: setup) { console.note("drplan: \($0)") }
    // Held until the run is over.
    defer { withExtendedLifetime(leases) {} }
    try await Preflight.check(setup, options)
    return try await LiveRun(setup, options, invocation, console, leases).run()
  }
}

extension RunVerb {
  /// How a run is carried out, as the command line has it.
  static func options(_ invocation: Invocation) throws(CommandFailure) -> ExecutionOptions {
    var options = ExecutionOptions()
    if let text = invocation.value(parallel) {
      guard let count = Int(text), (1...1024).contains(count) else {
        throw CommandFailure(.refused, "`--parallel \(text)` is not a number from 1 to 1024")
      }
      options.parallelism = count
    }
    return options
  }
}

/// Looks before anything is changed whether every restore can work: a missing snapshot found half-way is a disaster of
/// its own.
enum Preflight {
  static func check(_ setup: RunSetup, _ options: ExecutionOptions) async throws(CommandFailure) {
    var options = options
    for (node, entry) in setup.graph.nodes.enumerated() where entry.step.action.effects.restores.isEmpty {
      options.excluded[node] = "not a restore"
    }
    let probes = await ProbeDryRun(
      graph: setup.graph, environment: setup.environment, facts: setup.facts, options: options,
      references: { _ in nil }
    ).run()
    let blocked = probes.flatMap { probe in
      probe.findings.filter { $0.state == .blocked }.map { (probe.step, $0) }
    }
    guard !blocked.isEmpty else { return }
    let lines = blocked.map { "\($0): \($1.subject): \($1.detail)" }
    let verb = setup.mode == .drill ? "drill" : "run"
    let probe = "`drplan \(verb) \(setup.file.file) --dry-run=probe` looks at every step"
    let lacksSnapshot = blocked.contains { $0.1.subject.hasPrefix("snapshot of ") }
    throw CommandFailure(
      .failed,
      "the plan cannot \(setup.mode == .drill ? "be drilled" : "recover"); nothing was changed\n  "
        + lines.joined(separator: "\n  "),
      remedy: lacksSnapshot
        ? "is `repository` the right one? `drplan backup \(setup.file.file)` takes snapshots while the data is whole; \(probe)"
        : "mend this, then run again; \(probe)")
  }
}
