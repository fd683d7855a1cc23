import BackendKit
import Backends
import CommandLineKit
import Declarations
import Execution
import HostSystem
import Journal
import PlanModel
import Repository
import RunEvents
import StepGraph
import Values

/// Everything a run needs, put together from a plan and a command line: the one place where concrete backends meet the
/// executor.
struct RunSetup: Sendable {
  let file: PlanFile
  let graph: StepGraph
  let run: RunID
  let mode: RunMode
  let startedAt: Timestamp
  let declaredAt: Timestamp?
  let disruptedAt: Timestamp?
  let stateDirectory: String
  let environment: RunEnvironment
  /// Who started the run.
  var user = RunAnswers.caller.shown
  /// How many times the run had come to an end and goes on.
  var round = 0

  static let state = Option(
    "state", value: .required("DIR"), completion: .folders,
    "where runs are kept; see FILES in the manual page")
  static let declaredAt = Option(
    "declared-at", value: .required("TIME"),
    "when the disaster was declared (RFC 3339); the run's start if left out")
  static let disruptedAt = Option(
    "disrupted-at", value: .required("TIME"),
    "when the disaster struck (RFC 3339); the declaration if left out")

  init(_ invocation: Invocation, _ file: PlanFile, _ graph: StepGraph, mode: RunMode = .recovery)
    throws(CommandFailure)
  {
    let now = HostClock().now
    self.file = file
    self.graph = mode == .drill ? graph.asDrill : graph
    self.mode = mode
    startedAt = now
    run = RunID(startedAt: now, plan: graph.plan.name, entropy: RandomBytes.word())
    declaredAt = try Self.instant(invocation, Self.declaredAt, before: now)
    disruptedAt = try Self.instant(invocation, Self.disruptedAt, before: now)
    if let declared = declaredAt, let disrupted = disruptedAt, disrupted > declared {
      throw CommandFailure(
        .refused, "the disaster cannot be declared (\(declared)) before it struck (\(disrupted))")
    }
    stateDirectory = try Self.stateDirectory(invocation)
    let directory = RunDirectory(run: run, stateDirectory: stateDirectory)
    let answers = RunAnswers(directory, stateDirectory: stateDirectory)
    environment =
      mode == .drill
      ? DrillScratch.environment(
        graph.plan, logDirectory: directory.logs, answers: answers,
        folder: DrillFolder(run: run, stateDirectory: stateDirectory))
      : Self.environment(graph.plan, logDirectory: directory.logs, answers: answers)
  }

  /// Everything that carries a run on with the plan as it is now.
  init(
    carrying run: CarriedRun, in directory: RunDirectory, _ file: PlanFile, _ graph: StepGraph, state: String
  ) {
    let started = run.started
    self.file = file
    self.graph = graph
    mode = started.mode
    startedAt = run.startedAt
    self.run = directory.run
    declaredAt = started.declaredGiven ? started.declaredAt : nil
    disruptedAt = started.disruptedGiven ? started.disruptedAt : nil
    stateDirectory = state
    user = started.user
    round = run.finished == nil ? run.round : run.round + 1
    environment = Self.environment(
      graph.plan, logDirectory: directory.logs, answers: RunAnswers(directory, stateDirectory: state))
  }

  /// The state directory by the rules of the command line.
  static func stateDirectory(_ invocation: Invocation) throws(CommandFailure) -> String {
    let variables = ["DRPLAN_STATE", "XDG_STATE_HOME", "HOME"].map { ($0, ProcessEnvironment.value(of: $0)) }
    do throws(JournalError) {
      let named = try StateDirectory.resolve(
        option: invocation.value(state),
        environment: Dictionary(
          uniqueKeysWithValues: variables.compactMap { pair in pair.1.map { (pair.0, $0) } }),
        isRoot: HostFacts.isRoot)
      return HostFacts.absolutePath(named)
    } catch {
      throw CommandFailure(.refused, error.description)
    }
  }

  /// What a recovery of a plan works with.
  static func environment(
    _ plan: Plan, logDirectory: String, answers: any AnswerSource = NoAnswers()
  ) -> RunEnvironment {
    environment(plan, logDirectory: logDirectory, answers: answers, offLimits: []) { $0.recovery }
  }

  /// What a plan works with, restoring to where `target` says; a database without a target is left out.
  static func environment(
    _ plan: Plan, logDirectory: String, answers: any AnswerSource, offLimits: [OffLimits],
    target: (Database) -> (any DatabaseEngine)?
  ) -> RunEnvironment {
    let databases = plan.databases.compactMap { database in
      target(database).map {
        (
          database.id,
          DatabaseBinding(
            id: database.id, engineName: database.engineName, source: database.source, target: $0,
            // What the plan says of the recovery place does not hold for that of a drill.
            identity: offLimits.isEmpty ? database.identity : [:])
        )
      }
    }
    let origins = plan.secrets.map { ($0.name, $0.value) }
    return RunEnvironment(
      databases: Dictionary(uniqueKeysWithValues: databases),
      services: Dictionary(uniqueKeysWithValues: plan.services.map { ($0.binding.id, $0.binding) }),
      channels: Dictionary(uniqueKeysWithValues: plan.channels.map { ($0.id, $0.channel) }),
      snapshots: SnapshotRepository.open(plan.repository),
      secrets: SecretResolver(
        origins: Dictionary(origins, uniquingKeysWith: { first, _ in first }), planDirectory: plan.directory),
      planDirectory: plan.directory, logDirectory: logDirectory, answers: answers, offLimits: offLimits)
  }

  /// The databases whose place in drills the plan names.
  var namedDrillPlaces: Set<DatabaseID> {
    Set(graph.plan.databases.filter { $0.drill != nil }.map(\.id))
  }

  /// What is fixed about the run.
  var facts: RunFacts {
    let objectives = graph.plan.objectives
    return RunFacts(
      id: run, plan: graph.plan.name, mode: mode, disruptedAt: disruptedAt ?? declaredAt ?? startedAt,
      rpo: objectives.rpo, rto: objectives.rto, user: user, round: round)
  }

  /// The first event of the run.
  var started: RunStarted {
    let plan = graph.plan
    return RunStarted(
      tool: DrplanTool.version, plan: plan.name, title: plan.title, owner: plan.owner,
      planDigest: plan.digest,
      planFile: plan.file, planPath: HostFacts.absolutePath(plan.file), mode: mode, params: plan.params,
      declaredAt: declaredAt ?? startedAt,
      declaredGiven: declaredAt != nil, disruptedAt: disruptedAt ?? declaredAt ?? startedAt,
      disruptedGiven: disruptedAt != nil, rtoSeconds: plan.objectives.rto.roundedSeconds,
      rpoSeconds: plan.objectives.rpo.roundedSeconds, mtdSeconds: plan.objectives.mtd?.roundedSeconds,
      measuredFrom: plan.objectives.measuredFrom,
      restoredWhen: graph.restoredWhen.map { graph.nodes[$0].step.id },
      steps: graph.outlines, user: user, host: HostFacts.hostName,
      pid: HostFacts.processID, bootID: HostFacts.bootID)
  }

  /// The event with which the run goes on.
  func resumed(_ purpose: RunResumed.Purpose, _ resumption: Resumption) -> RunResumed {
    RunResumed(
      purpose: purpose, tool: DrplanTool.version, user: RunAnswers.caller.shown, host: HostFacts.hostName,
      pid: HostFacts.processID, bootID: HostFacts.bootID, planDigest: graph.plan.digest,
      steps: resumption.outlines, reruns: resumption.reruns)
  }

  private static func instant(
    _ invocation: Invocation, _ option: Option, before now: Timestamp
  ) throws(CommandFailure) -> Timestamp? {
    guard let text = invocation.value(option) else { return nil }
    guard let instant = Timestamp(rfc3339: text) else {
      throw CommandFailure(
        .refused, "`--\(option.name) \(text)` is not an instant",
        remedy: "write RFC 3339 with offset: `2026-11-20T03:15:00Z`")
    }
    guard instant <= now else {
      throw CommandFailure(.refused, "`--\(option.name) \(text)` lies in the future; it is \(now)")
    }
    return instant
  }
}
