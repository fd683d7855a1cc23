public import BackendKit
public import RunEvents
public import Values

/// What a run's journal says of it, as far as carrying it on, undoing it or committing it needs to know; a fold over its
/// events.
public struct CarriedRun: Sendable {
  /// The run's first event.
  public private(set) var started: RunStarted
  /// The steps of the plan as it was run last, by name.
  public private(set) var steps: [StepID: CarriedStep] = [:]
  /// The names of `steps` in the order of the plan.
  public private(set) var order: [StepID] = []
  /// How the run ended; nil when it did not, or goes on since.
  public private(set) var finished: RunFinished?
  /// Why its steps are being undone; nil when they are not.
  public private(set) var undoing: String?
  /// Whether what it kept was let go of.
  public private(set) var isCommitted = false
  /// Whether what it changed was undone, as far as it could be.
  public private(set) var isRolledBack = false
  /// How many times it came to an end and was resumed.
  public private(set) var round = 0
  /// How long it has lasted on record.
  public private(set) var elapsed = Duration.zero
  /// The boot of the host that carried it last, and the host.
  public private(set) var lastBoot: (host: String, bootID: String)
  /// When it started, by the wall clock.
  public private(set) var startedAt: Timestamp
  /// Digest of the plan's text as it was run last.
  public private(set) var planDigest: SHA256Digest
  /// What each target was seen to be, by database.
  public private(set) var identities: [DatabaseID: TargetIdentity] = [:]
  /// Whether the objective was reported at risk.
  public private(set) var wasAtRisk = false
  private var starts = 0

  /// Everything that the run replaced, or was about to, wherever the plan says by now that its data lives.
  public var published: Set<TargetName> {
    var targets: Set<TargetName> = []
    for evidence in steps.values.flatMap(\.evidence) {
      switch evidence {
      case .publishing(let publication), .published(let publication):
        targets.insert(.data(at: publication.target))
      default: continue
      }
    }
    return targets
  }

  /// Nil when the first event does not start a run.
  public init?(_ events: some Sequence<RunEvent>) {
    var iterator = events.makeIterator()
    guard let first = iterator.next(), case .runStarted(let body) = first.body else { return nil }
    started = body
    startedAt = first.time
    planDigest = body.planDigest
    lastBoot = (body.host, body.bootID)
    take(body.steps)
    while let event = iterator.next() { apply(event) }
  }

  private mutating func take(_ outlines: [StepOutline]) {
    let before = steps
    order = outlines.map(\.id)
    steps = [:]
    for outline in outlines {
      steps[outline.id] = before[outline.id] ?? CarriedStep(outline)
      steps[outline.id]?.outline = outline
    }
  }

  private mutating func apply(_ event: RunEvent) {
    elapsed = event.elapsed
    // A watch that the end of a process cut short is for the next to see to its end.
    if case .watchFinished(let body) = event.body, body.passed, body.reason != nil { return }
    switch event.body {
    case .stepStarted(let body):
      starts += 1
      steps[body.step]?.start(attempt: body.attempt, order: starts)
    case .stepEvidence(let body):
      steps[body.step]?.evidence.append(body.evidence)
      TargetGuard.note(body.evidence, &identities)
    case .stepRetrying(let body): steps[body.step]?.isInFlight = false
    case .stepFinished(let body): steps[body.step]?.finish(body)
    case .stepReconciled(let body):
      if body.finding == .notDone { steps[body.step]?.isInFlight = false }
    case .stepDecided(let body): steps[body.step]?.isAssumed = body.decision == .assumeDone
    case .stepUndone(let body):
      steps[body.step]?.undone = body.state
      for database in steps[body.step]?.outline.restores ?? [] {
        TargetGuard.forgetData(of: database, &identities)
      }
    case .undoStarted(let body): undoing = body.reason
    case .runFinished(let body): finish(body)
    case .runResumed(let body): resume(body)
    case .runCommitted: isCommitted = true
    case .objectiveAtRisk: wasAtRisk = true
    case .repairStarted(let body):
      // The attempt that found it is over.
      if steps[body.step]?.state == nil { steps[body.step]?.isInFlight = false }
      steps[body.step]?.repairs = body.round
      // What a crash left under way is not over because it is asked for again.
      for step in body.repairs where steps[step]?.isInFlight != true { steps[step]?.forget() }
    case .watchStarted(let body): steps[body.step]?.isWatched = true
    // One that the end of a process cut short is taken up again.
    case .watchFinished(let body): steps[body.step]?.isWatched = body.passed && body.reason != nil
    case .runStarted, .interruptRequested, .finallyStarted, .runNotified, .lockTakenOver,
      .drillPlaceMade, .drillPlaceRemoved:
      return
    }
  }

  private mutating func finish(_ body: RunFinished) {
    finished = body
    // Stopped half-way back, only the rest of the way back leads to anything known.
    if undoing != nil, body.result == .interrupted { return }
    if undoing != nil { isRolledBack = true }
    undoing = nil
  }

  private mutating func resume(_ body: RunResumed) {
    guard body.purpose != .commit else { return }
    lastBoot = (body.host, body.bootID)
    if finished != nil {
      round += 1
      for step in order { steps[step]?.repairs = 0 }
    }
    finished = nil
    // What it keeps from here on is not let go of yet.
    if body.purpose == .resume { isCommitted = false }
    planDigest = body.planDigest
    if let outlines = body.steps { take(outlines) }
    for rerun in body.reruns { steps[rerun.step]?.forget() }
  }
}

/// One step of a run that is carried on.
public struct CarriedStep: Sendable, Equatable {
  /// As the plan declared it when it ran.
  public var outline: StepOutline
  /// How it ended; nil when it did not.
  public var state: StepState?
  /// How many attempts were begun.
  public var attempts = 0
  /// Whether its last attempt was under way at the end of the record.
  public var isInFlight = false
  /// Its place in the order in which attempts were begun; nil when none was.
  public var startOrder: Int?
  /// Everything it put on record, in order.
  public var evidence: [StepEvidence] = []
  /// How many entries of `evidence` are from before it last began anew, and count as done no more.
  public var outdated = 0
  /// Whether it counts as done on a person's word alone.
  public var isAssumed = false
  /// What it left for the steps after it.
  public var outputs: [String: String] = [:]
  /// Why it failed, was left out or not reached.
  public var error: StepError?
  /// Whether its checks were being watched at the end of the record, or not to the end of their time.
  public var isWatched = false
  /// How often steps ran to repair what its checks found.
  public var repairs = 0
  /// How far it was undone.
  public var undone: StepUndone.State?

  init(_ outline: StepOutline) { self.outline = outline }

  mutating func start(attempt: Int, order: Int) {
    state = nil
    attempts = max(attempts, attempt)
    isInFlight = true
    startOrder = order
    undone = nil
    isAssumed = false
  }

  mutating func finish(_ body: StepFinished) {
    // That nobody could tell what became of it is no end, nor that nobody waits for it any more: who carries on has to
    // ask again.
    isInFlight = body.error?.code == StepError.unresolved || body.isStillAtWork == true
    state = isInFlight ? nil : body.state
    outputs = body.outputs
    error = body.error
  }

  /// It starts anew: only what it changed in the world stays known.
  mutating func forget() {
    state = nil
    isInFlight = false
    outdated = evidence.count
    outputs = [:]
    error = nil
  }
}
