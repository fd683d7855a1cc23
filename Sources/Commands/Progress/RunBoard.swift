import BackendKit
import HostSystem
import PlanModel
import Reporting
import RunEvents
import StepGraph
import Synchronization
import Values

/// What is known of a run while it goes on: written by the journal and by steps, read by the view.
final class RunBoard: Sendable {
  /// How far a running step is.
  struct Activity: Sendable {
    let progress: StepProgress
    /// Bytes a second since it began to move bytes.
    let rate: Double?
    let since: Duration
    let firstBytes: Int64
  }

  private struct State: Sendable {
    var fold = RunRecordFold()
    var news: [RunEvent] = []
    var messages: [String] = []
    var activities: [StepID: Activity] = [:]
    var isClosed = false
    var isShown = false
  }

  private let state = Mutex(State())
  private let clock = HostClock()
  private let started: Duration
  /// The run's recovery time objective.
  let rto: Duration
  /// How much of the objective was gone when the run began.
  let spent: Duration

  /// A board of a run that has lasted `elapsed`.
  init(_ setup: RunSetup, elapsed: Duration = .zero) {
    started = HostClock().uptime - elapsed
    rto = setup.graph.plan.objectives.rto
    spent = setup.spent
  }

  /// How long the run has lasted.
  var elapsed: Duration { clock.uptime - started }

  /// Takes events of a process before, which nobody is shown again.
  func recall(_ events: [RunEvent]) {
    state.withLock { state in
      for event in events { state.fold.apply(event) }
    }
  }

  /// Takes events that are on record.
  func record(_ events: [RunEvent]) {
    state.withLock { state in
      for event in events {
        state.fold.apply(event)
        if case .stepFinished(let finished) = event.body { state.activities[finished.step] = nil }
      }
      state.news += events
    }
  }

  /// Takes a step's progress.
  func progress(_ step: StepID, _ progress: StepProgress) {
    let now = elapsed
    state.withLock { state in
      let bytes = progress.bytesDone?.bytes ?? 0
      let before = state.activities[step]
      let isSame = before?.progress.activity == progress.activity
      let since = isSame ? before?.since ?? now : now
      let first = isSame ? before?.firstBytes ?? bytes : bytes
      let seconds = (now - since).roundedSeconds
      let rate = seconds > 0.2 && bytes > first ? Double(bytes - first) / seconds : nil
      state.activities[step] = Activity(progress: progress, rate: rate, since: since, firstBytes: first)
    }
  }

  /// Has the view say something.
  func say(_ message: String) { state.withLock { $0.messages.append(message) } }

  /// The value of `${run.name}`.
  func reference(_ name: String) -> String? { state.withLock { $0.fold.reference(name) } }

  /// The report so far.
  func report() -> String {
    guard let record = state.withLock({ $0.fold.record(now: elapsed) }) else { return "" }
    return TextReport.text(record, style: ReportStyle())
  }

  /// The record when all is over.
  func finalRecord() -> RunRecord? { state.withLock { $0.fold.record() } }

  /// Says that nothing more will come.
  func close() { state.withLock { $0.isClosed = true } }

  /// Whether the view has shown everything.
  var isShown: Bool { state.withLock { $0.isShown } }

  /// Says that the view has shown everything.
  func shown() { state.withLock { $0.isShown = true } }

  /// What a view shows next.
  struct News: Sendable {
    let events: [RunEvent]
    let messages: [String]
    let activities: [(step: StepID, activity: Activity)]
    let isClosed: Bool
  }

  /// Hands over what came since the last call.
  func takeNews() -> News {
    state.withLock { state in
      defer {
        state.news = []
        state.messages = []
      }
      let running = state.activities.sorted { $0.key < $1.key }.map { (step: $0.key, activity: $0.value) }
      return News(events: state.news, messages: state.messages, activities: running, isClosed: state.isClosed)
    }
  }
}
