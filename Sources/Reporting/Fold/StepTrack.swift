import RunEvents
import Values

/// What the fold knows of one step.
struct StepTrack: Sendable {
  var outline: StepOutline
  var state: StepState = .pending
  var attempts = 0
  var startedAt: Timestamp?
  var startElapsed: Duration?
  /// When its last attempt began: what it proves, it proves of what stood there then.
  var lastStartElapsed: Duration?
  var finishedAt: Timestamp?
  var finishElapsed: Duration?
  var error: StepError?
  var outputs: [String: String] = [:]
  var retries: [RetryRecord] = []
  var notes: [String] = []

  // Evidence of the last attempt; what an earlier attempt found no longer holds.
  var restored: [RestoredDatabase] = []
  var checks: [CheckRecord] = []

  // Effects on the world stay on record whatever attempt they belong to.
  var publications: [PublicationRecord] = []
  var services: [ServiceRecord] = []
  var notifications: [NotificationRecord] = []
  /// What happened to it beside its attempts: found after a crash, decided by people, repaired.
  var story: [String] = []
  var undone: UndoRecord?
  /// Whether it counts as done on a person's word alone.
  var isAssumed = false
  var watch: WatchRecord?
  var approvals: [ApprovalAnswer] = []

  init(_ outline: StepOutline) { self.outline = outline }

  mutating func start(_ event: RunEvent, attempt: Int) {
    if startElapsed == nil {
      startElapsed = event.elapsed
      startedAt = event.time
    }
    lastStartElapsed = event.elapsed
    attempts = max(attempts, attempt)
    state = outline.phase == .waiting ? .waiting : .running
    restored = []
    checks = []
    undone = nil
    isAssumed = false
  }

  /// Something happened to it that every report tells.
  mutating func tell(_ text: String) {
    notes.append(text)
    story.append(text)
  }

  /// It starts anew: what it found no longer holds, what it did to the world stays known.
  mutating func startAnew() {
    state = .pending
    (finishedAt, finishElapsed, error, outputs) = (nil, nil, nil, [:])
    (restored, checks, watch) = ([], [], nil)
  }

  /// What was kept is not there any more.
  mutating func letGo(_ paths: Set<String>) {
    for position in publications.indices {
      if let kept = publications[position].kept, paths.contains(kept) { publications[position].kept = nil }
    }
  }

  mutating func finish(_ event: RunEvent, _ body: StepFinished) {
    state = body.state
    attempts = max(attempts, body.attempts)
    error = body.error
    outputs = body.outputs
    finishedAt = event.time
    finishElapsed = event.elapsed
  }

  mutating func add(_ evidence: StepEvidence, at time: Timestamp) {
    switch evidence {
    case .snapshotChosen(let chosen):
      notes.append(
        "chose snapshot \(chosen.snapshot) of \(chosen.database), consistent at \(chosen.consistentAt)")
    case .publishing(let swap):
      publications.append(record(swap, .announced))
    case .restored(let database):
      restored.removeAll { $0.database == database.database }
      restored.append(database)
    case .published(let swap):
      publications.removeAll {
        // One that kept what stood there under another name was another swap: it may have happened unseen.
        $0.state == .announced && $0.database == swap.database && $0.target == swap.target
          && $0.kept == swap.kept
      }
      publications.append(record(swap, .done))
    case .check(let check):
      checks.removeAll { $0.id == check.id }
      checks.append(check)
      // They end in any order; people look for them where the plan has them.
      checks.sort { ($0.position, $0.id) < ($1.position, $1.id) }
    case .service(let service):
      services.removeAll { $0.service == service.service }
      services.append(service)
    case .notification(let notification):
      notifications.append(notification)
    case .note(let text):
      notes.append(text)
    case .watched(let look): watch?.found(look, at: time)
    case .approvalRequested(let request): notes.append("asked \(request.asked): \(request.prompt)")
    case .approvalAnswered(let answer):
      approvals.append(answer)
      let said = answer.comment.map { ": \($0)" } ?? ""
      let counts = answer.rejected.map { " (does not count: \($0))" } ?? ""
      notes.append("\(answer.user) \(answer.approves ? "approves" : "denies")\(said)\(counts)")
    case .identity, .command: break
    }
  }

  /// How long it ran or has run; nil when it never started.
  func duration(now: Duration) -> Duration? {
    startElapsed.map { (finishElapsed ?? max(now, $0)) - $0 }
  }

  private func record(_ swap: Publication, _ state: PublicationRecord.State) -> PublicationRecord {
    PublicationRecord(
      step: outline.id, database: swap.database, state: state, target: swap.target, staging: swap.staging,
      kept: swap.kept, holders: swap.holders)
  }
}
