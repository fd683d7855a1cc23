import BackendKit
import Backends
import Diagnostics
import Execution
import HostSystem
import Journal
import PlanModel
import RunEvents
import StepGraph
import Values

/// The places of one drill, from the look whether they touch production to the last of them being removed.
struct DrillScratch: Sendable {
  private let setup: RunSetup
  private let folder: DrillFolder

  init(_ setup: RunSetup) {
    self.setup = setup
    folder = DrillFolder(run: setup.run, stateDirectory: setup.stateDirectory)
  }

  // MARK: - Where a drill works

  /// What a drill works with: every database at its drill place and nowhere else, production off limits.
  static func environment(
    _ plan: Plan, logDirectory: String, answers: any AnswerSource, folder: DrillFolder
  ) -> RunEnvironment {
    RunSetup.environment(plan, logDirectory: logDirectory, answers: answers, offLimits: offLimits(plan)) {
      database in
      database.drill ?? database.recovery.scratch(in: "\(folder.path)/\(database.id)")
    }
  }

  /// Every place of production and the repository.
  private static func offLimits(_ plan: Plan) -> [OffLimits] {
    var places: [OffLimits] = []
    for database in plan.databases {
      for path in Set([database.source.path, database.recovery.path].compactMap { $0 }).sorted() {
        places.append(OffLimits(path, "the place of the database `\(database.id)`"))
      }
    }
    if let repository = plan.repository { places.append(OffLimits(repository.directory, "the repository")) }
    return places
  }

  /// Places of drills that are production's once symbolic links are followed.
  static func findings(_ plan: Plan) -> [Diagnostic] {
    guard plan.databases.contains(where: { $0.drill?.path != nil }) else { return [] }
    // A place that cannot be looked at now is found fault with by the drill that begins.
    guard let places = try? DrillPlaces(offLimits: offLimits(plan)) else { return [] }
    return plan.databases.compactMap { database in
      guard let path = database.drill?.path, let problem = try? places.problem(of: path) else { return nil }
      return Diagnostic(
        .drillTouchesProduction, problem, at: database.range,
        hint: "name a place of its own, or leave `drill` out: drplan then makes scratch space")
    }
  }

  /// The databases that this drill restores.
  private var restored: [Database] {
    let plan = StaticDryRun(setup.graph, mode: .drill)
    let steps = (plan.waves + plan.finally).flatMap { $0 }
    let ids = Set(steps.flatMap { setup.graph.nodes[$0].step.action.effects.restores })
    return setup.graph.plan.databases.filter { ids.contains($0.id) }
  }

  // MARK: - Before

  /// Refuses a drill that would touch production or data that is not its own; changes nothing.
  func check() async throws(CommandFailure) {
    _ = try await runBlocking { () throws(CommandFailure) in try places() }
  }

  /// Looks once more, then writes the ledger and makes scratch space.
  func prepare() async throws(CommandFailure) {
    try await runBlocking { () throws(CommandFailure) in
      let ledger = DrillLedger(
        run: setup.run, plan: setup.graph.plan.name, host: HostFacts.hostName, bootID: HostFacts.bootID,
        process: ProcessTable.current, places: try places())
      do throws(FileError) {
        try folder.make(ledger)
      } catch {
        // What was made is empty and has a ledger, or is nothing: the next drill removes it if this cannot.
        _ = folder.cleanUp(ledger)
        throw CommandFailure(
          .failed, "scratch space cannot be made: \(error)",
          remedy: "name another state directory with `--state DIR`")
      }
    }
  }

  private func places() throws(CommandFailure) -> [DrillLedger.Place] {
    let production: DrillPlaces
    do throws(StepFailure) {
      production = try DrillPlaces(offLimits: setup.environment.offLimits)
    } catch {
      throw CommandFailure(.refused, "\(error.message); nothing was touched", remedy: error.remedy)
    }
    var places: [DrillLedger.Place] = []
    for database in restored {
      guard let path = setup.environment.databases[database.id]?.target.path else {
        throw CommandFailure(
          .refused, "the engine \(database.engineName) has no scratch space for database `\(database.id)`",
          remedy: "give the database a `drill` place")
      }
      let problem: String?
      do throws(StepFailure) {
        problem = try production.problem(of: path)
      } catch {
        problem = error.message
      }
      if let problem {
        throw CommandFailure(
          .refused, "\(problem); nothing was touched",
          remedy: database.drill == nil
            ? "name another state directory with `--state DIR`" : "give the database another `drill` place")
      }
      guard let named = database.drill else {
        places.append(DrillLedger.Place(scratch: database.id, name: PathText.name(of: path)))
        continue
      }
      do throws(FileError) {
        places.append(try NamedPlace(database.id, path, named.sideSuffixes).entry(setup.stateDirectory))
      } catch {
        throw CommandFailure(
          .refused,
          "the drill of database `\(database.id)` cannot use its place: \(error); nothing was touched",
          remedy:
            "a drill removes all that stands at its places: name one that is empty or not there, in a folder that is"
        )
      }
    }
    return places
  }

  // MARK: - On record

  /// Passes on what is recorded, with the places behind the run's first event.
  func announcing(to journal: any EventRecorder) -> any EventRecorder {
    PlaceAnnouncer(
      journal: journal,
      places: restored.compactMap { database in
        guard let path = setup.environment.databases[database.id]?.target.path else { return nil }
        return DrillPlace(
          database: database.id, path: database.drill == nil ? path : NamedPlace.physical(path))
      })
  }

  // MARK: - After

  /// Removes everything that the drill made, whatever became of it, and puts that on record.
  func cleanUp(record journal: JournalWriter?) async {
    let folder = folder
    var outcomes = await runBlocking { folder.cleanUp() }
    if outcomes.contains(where: { $0.error != nil }) {
      // An attempt that was given up may just have written something: it has stopped by now, or never will.
      try? await HostClock().sleep(for: .milliseconds(300))
      let again = await runBlocking { folder.cleanUp() }
      outcomes = outcomes.filter { $0.error == nil } + again
    }
    guard let journal, !outcomes.isEmpty else { return }
    // A journal that cannot be written has been told of; the record then lists the places.
    _ = try? await journal.record(outcomes.map { .drillPlaceRemoved($0) })
  }

  /// Finishes the clean-up of drills that died; what it did goes to standard error, and stops nothing.
  static func sweep(_ stateDirectory: String, _ console: Console) async {
    let outcome = await DrillSweep.run(stateDirectory: stateDirectory)
    for (run, place) in outcome.places {
      let path = PrintableText.line(place.path)
      console.note(
        place.error.map { "drplan: the drill \(run) left `\(path)` behind: \(PrintableText.line($0))" }
          ?? "drplan: removed `\(path)`, which the drill \(run) had left behind")
    }
    for problem in outcome.problems { console.note("drplan: \(PrintableText.line(problem))") }
  }
}
