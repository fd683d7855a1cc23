public import RunEvents
import Values

/// Builds the record of a run from its events, one by one: the same for a live view, a report and a reference in a
/// message.
///
/// `apply` costs the same whatever came before. Events must come in the order of their numbers, beginning with
/// `runStarted`; others before it are not of any run and are passed over.
public struct RunRecordFold: Sendable {
  private(set) var started: RunStarted?
  private(set) var first: RunEvent?
  private(set) var last: RunEvent?
  private(set) var finished: RunFinished?
  private(set) var finishedAt: Timestamp?
  private(set) var finishedElapsed: Duration?
  private(set) var interrupt: InterruptRequested?
  private(set) var inFinally = false
  private(set) var cause: Cause?
  var steps: [StepTrack] = []
  private(set) var index: [StepID: Int] = [:]
  private(set) var eventCount = 0
  private(set) var strangers: [String] = []
  /// What happened beside the steps.
  var incidents = RunIncidentTrack()
  /// Places of a drill that are not known to be gone, in the order they were made.
  private(set) var drillPlaces: [DrillPlace] = []

  /// A fold over nothing yet.
  public init() {}

  /// A fold over events that are all there.
  public init(_ events: some Sequence<RunEvent>) {
    for event in events { apply(event) }
  }

  /// Takes the next event.
  public mutating func apply(_ event: RunEvent) {
    if case .runStarted(let body) = event.body, first == nil {
      started = body
      first = event
      steps = body.steps.map(StepTrack.init)
      for (position, step) in body.steps.enumerated() { index[step.id] = position }
    }
    guard first != nil else { return }
    defer { incidents.lastActivity = event.elapsed }
    last = event
    eventCount += 1
    switch event.body {
    case .runStarted: break
    case .stepStarted(let body): change(body.step) { $0.start(event, attempt: body.attempt) }
    case .stepEvidence(let body): change(body.step) { $0.add(body.evidence, at: event.time) }
    case .stepRetrying(let body):
      change(body.step) {
        $0.retries.append(
          RetryRecord(attempt: body.attempt, error: body.error, delaySeconds: body.delaySeconds))
      }
    case .stepFinished(let body):
      change(body.step) { $0.finish(event, body) }
      if let step = step(body.step), body.state == .failed,
        step.outline.onFailure == .abort || step.outline.onFailure == .rollback
      {
        end(.failed)
      }
    case .interruptRequested(let body):
      interrupt = body
      end(.interrupted)
    case .finallyStarted: inFinally = true
    case .runFinished(let body):
      finished = body
      finishedAt = event.time
      finishedElapsed = event.elapsed
    case .drillPlaceMade(let place): drillPlaces.append(place)
    case .drillPlaceRemoved(let place):
      let known = drillPlaces.firstIndex { $0.database == place.database && $0.path == place.path }
      if let known { drillPlaces.remove(at: known) }
      if place.error != nil { drillPlaces.append(place) }
    default: applyIncident(event)
    }
  }

  /// What ended the main part before its time; the first cause stays.
  enum Cause {
    /// A step failed under `Abort`.
    case failed
    /// Somebody asked the run to stop.
    case interrupted
  }

  private mutating func end(_ cause: Cause) {
    if !inFinally { self.cause = self.cause ?? cause }
  }

  /// Another process goes on: what was over starts anew where the event says so.
  mutating func resume(_ event: RunEvent, _ body: RunResumed) {
    incidents.resumptions.append(ResumptionRecord(event, body))
    guard body.purpose != .commit else { return }
    if let last = incidents.lastActivity { incidents.idle += max(.zero, event.elapsed - last) }
    // A rollback that came to its end is history for a run that goes forward again.
    if body.purpose == .resume, finished != nil { incidents.undoing = nil }
    (finished, finishedAt, interrupt, cause, inFinally) = (nil, nil, nil, nil, false)
    // What was taken back runs anew; a rollback that goes on says so itself.
    if body.purpose == .resume { incidents.undoing = nil }
    if let outlines = body.steps {
      let before = Dictionary(steps.map { ($0.outline.id, $0) }, uniquingKeysWith: { first, _ in first })
      steps = outlines.map { outline in
        var track = before[outline.id] ?? StepTrack(outline)
        track.outline = outline
        return track
      }
      index = Dictionary(
        uniqueKeysWithValues: outlines.enumerated().map { ($0.element.id, $0.offset) })
    }
    for rerun in body.reruns { change(rerun.step) { $0.startAnew() } }
  }

  /// Whether the run's last event was seen.
  public var isFinished: Bool { finished != nil }

  mutating func change(_ step: StepID, _ change: (inout StepTrack) -> Void) {
    guard let position = index[step] else {
      strangers.append("an event speaks of step `\(step)`, which the run's first event does not name")
      return
    }
    change(&steps[position])
  }

  func step(_ id: StepID) -> StepTrack? { index[id].map { steps[$0] } }

  /// The steps that `id` waits for, directly or not, and itself.
  func ancestors(of id: StepID) -> Set<StepID> {
    var seen: Set<StepID> = []
    var open = [id]
    while let next = open.popLast() {
      guard seen.insert(next).inserted, let step = step(next) else { continue }
      open += step.outline.needs
    }
    return seen
  }
}
