import BackendKit
import HostSystem
import RunEvents
import Values

/// What became of a restore whose process was killed, and the way back.
extension RestoreDatabase {
  /// By what the attempt put on record, and by the marks that its swap left on the target.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    let trail = RestoreTrail(context.current)
    guard let chosen = trail.chosen else { return .notDone("it had not chosen a snapshot yet") }
    guard let planned = trail.lastAttempt else {
      return .notDone("the data was not to be published yet; what was staged is removed by the next attempt")
    }
    if trail.isRestoredOnRecord, let published = trail.lastPublished {
      return .done(StepResult(outputs: Self.outputs(chosen, published)), "it is on record as published")
    }
    let restoration = try context.environment.database(id).target.restoration
    let state: PublicationState
    do throws(StepFailure) {
      state = try await restoration.reconcile(planned, run: context.run.id)
    } catch {
      await Self.recordNotes(of: restoration, context)
      throw error
    }
    for note in await restoration.takeNotes() { try await context.record(.note(note)) }
    switch state {
    case .published(let published):
      var restored = chosen
      // Publishing goes on record only after every block and the engine's check had passed.
      restored.verified = true
      if !trail.isRestoredOnRecord { try await context.record(.restored(restored)) }
      try await context.record(.published(published))
      return .done(
        StepResult(outputs: Self.outputs(restored, published)),
        "what was restored stands at `\(published.target)`"
          + (published.kept.map { ", and what stood there is kept as `\($0)`" } ?? ""))
    case .notPublished(let fact): return .notDone(fact)
    case .unknown(let question): return .unknown(question)
    }
  }

  /// Every publication of the step, the last first.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome {
    let trail = RestoreTrail(context.earlier)
    guard trail.chosen != nil else { return .nothingToUndo }
    let target = try context.environment.database(id).target
    try await target.restoration.discard(run: context.run.id)
    var facts: [String] = []
    for publication in trail.publications.reversed() {
      let restoration = target.restoration
      context.progress(StepProgress("undoing the restore of \(id)"))
      let result: PublicationUndo
      do throws(StepFailure) {
        result = try await restoration.undo(publication, run: context.run.id)
      } catch {
        await Self.recordNotes(of: restoration, context)
        throw error
      }
      for note in await restoration.takeNotes() { try await context.record(.note(note)) }
      switch result {
      case .undone(let undone):
        // Nothing stood there, nothing came there.
        guard undone.putAside != nil || !undone.isEmpty || trail.isPublishedOnRecord(publication) else {
          continue
        }
        facts.append(Self.fact(undone))
      case .notPublished(let fact):
        guard trail.isPublishedOnRecord(publication) else { continue }
        throw Self.gone(publication, fact)
      }
    }
    guard !facts.isEmpty else { return .nothingToUndo }
    if let fact = await Self.soundness(of: target) { facts.append(fact) }
    return .undone(facts.joined(separator: "; "))
  }

  private static func fact(_ undone: UndonePublication) -> String {
    var fact =
      undone.isEmpty
      ? "nothing stands at `\(undone.target)`, as before"
      : "what stood at `\(undone.target)` before stands there again"
    if let aside = undone.putAside { fact += ", and what the restore had put there is kept as `\(aside)`" }
    if !undone.holders.isEmpty {
      fact += "; that still in use by \(undone.holders.joined(separator: ", "))"
    }
    return fact
  }

  /// What the engine finds wrong with what stands there again: it may have been damaged before the disaster, so this is
  /// told and fails nothing.
  private static func soundness(of target: any DatabaseEngine) async -> String? {
    do throws(StepFailure) {
      if let path = target.path {
        let isThere = try await runBlocking { () throws(StepFailure) in
          try RestorePlace.resolve(path).status != nil
        }
        guard isThere else { return nil }
      }
      let findings = try await target.check()
      guard !findings.isEmpty else { return "the engine's own check finds no fault with it" }
      return "the engine's own check finds fault with it: " + findings.prefix(3).joined(separator: "; ")
    } catch {
      return "the engine's own check could not look at it: \(error.message)"
    }
  }

  private static func gone(_ publication: Publication, _ fact: String) -> StepFailure {
    let before =
      publication.kept.map { "what stood there before was kept as `\($0)`, which is gone" }
      ?? "nothing stood there before"
    return StepFailure(
      .targetUnusable, "the restore to `\(publication.target)` cannot be undone: \(fact); \(before)",
      remedy: "find out who changed it; restore an older snapshot if that data is needed", isRetryable: false)
  }
}

/// What a restore has on record, put in order.
struct RestoreTrail: Sendable {
  /// The snapshot of the last attempt, if it came that far.
  private(set) var chosen: RestoredDatabase?
  /// What the last attempt was about to publish.
  private(set) var lastAttempt: Publication?
  /// What the last attempt published.
  private(set) var lastPublished: Publication?
  /// Whether the last attempt is on record as restored.
  private(set) var isRestoredOnRecord = false
  /// Every swap that was begun or done, each once, in order.
  private(set) var publications: [Publication] = []
  private var onRecord: [Publication] = []

  /// Reads evidence in the order in which it was recorded.
  init(_ evidence: [StepEvidence]) {
    for item in evidence {
      switch item {
      case .snapshotChosen(let restored):
        (chosen, lastAttempt, lastPublished, isRestoredOnRecord) = (restored, nil, nil, false)
      case .publishing(let planned):
        lastAttempt = planned
        add(planned)
      case .restored(let restored):
        chosen = restored
        isRestoredOnRecord = true
      case .published(let published):
        lastPublished = published
        onRecord.append(published)
        add(published)
      default: continue
      }
    }
  }

  /// Whether that swap is on record as done.
  func isPublishedOnRecord(_ publication: Publication) -> Bool {
    onRecord.contains { Self.isSame($0, publication) }
  }

  private mutating func add(_ publication: Publication) {
    publications.removeAll { Self.isSame($0, publication) }
    publications.append(publication)
  }

  private static func isSame(_ one: Publication, _ other: Publication) -> Bool {
    one.target == other.target && one.staging == other.staging && one.kept == other.kept
      && one.mark == other.mark
  }
}
