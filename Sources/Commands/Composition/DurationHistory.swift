import Journal
import Reporting
import RunEvents
import StepGraph
import Values

/// How long the steps of a plan took in its earlier runs, read from their journals.
///
/// The newest runs of a plan of that name, at most twenty; and no more text than is read in an instant, so that nobody
/// waits for it when a run begins. A run whose journal cannot be read, or does not fit, tells nothing.
enum DurationHistory {
  /// How many runs are looked at, at most.
  static let mostRuns = 20
  /// How many events are read, at most: the journal that passes it is the last.
  static let mostEvents = 20_000

  /// What earlier runs in a state directory measured; nothing when there is none or none can be read.
  static func read(_ plan: PlanName, stateDirectory: String, before current: RunID? = nil) async
    -> MeasuredSteps
  {
    var measured = MeasuredSteps()
    guard let runs = await runs(of: plan, in: stateDirectory, before: current) else { return measured }
    var events = 0
    for directory in runs {
      if measured.runs == mostRuns || events > mostEvents { break }
      guard let contents = await contents(of: directory, plan) else { continue }
      events += contents.count
      let times = StepTimes.of(contents)
      if times.isEmpty { continue }
      measured.addRun()
      for time in times { measured.add(time.step, definition: time.definition, took: time.duration) }
    }
    return measured
  }

  /// The newest first.
  private static func runs(
    of plan: PlanName, in stateDirectory: String, before current: RunID?
  ) async -> [RunDirectory]? {
    do throws(JournalError) {
      return try await RunStore(stateDirectory: stateDirectory).list().reversed()
        .filter { $0.run != current && $0.run.isRun(of: plan) }
    } catch {
      // No history is no reason not to run.
      return nil
    }
  }

  private static func contents(of directory: RunDirectory, _ plan: PlanName) async -> [RunEvent]? {
    do throws(JournalError) {
      let contents = try await JournalReader.read(directory.journal)
      // What was changed by hand is no measurement; what a crash cut short is one as far as it goes.
      if let problem = contents.problem, problem.kind != .torn { return nil }
      return contents.events.first?.plan == plan ? contents.events : nil
    } catch {
      return nil
    }
  }
}

extension RunID {
  /// Whether its text names that plan, between the time and the last four digits.
  fileprivate func isRun(of plan: PlanName) -> Bool {
    text.split(separator: "-").dropFirst().dropLast().joined(separator: "-") == plan.text
  }
}
