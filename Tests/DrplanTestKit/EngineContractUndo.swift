import BackendKit
import FoundationEssentials
import RunEvents
import Testing
import Values

/// What every engine must be able to say of a restore whose process was killed, and how it goes back.
extension EngineContract {
  /// A swap that was announced is known as not done before it, and as done after it.
  func isReconciled(_ record: SnapshotRecord, _ sourceLocation: SourceLocation) async throws {
    let live = folder + "/reconciled/data"
    try FileManager.default.createDirectory(atPath: folder + "/reconciled", withIntermediateDirectories: true)
    try await fill(live)
    let engine = try make(live)
    let before = try await content(live)
    var (restoration, planned) = try await Rehearsal(store).stage(record, for: engine, run: run(4))
    #expect(planned.mark != nil, "new data can be told from other data", sourceLocation: sourceLocation)
    await restoration.abandon(planned.staging)
    expectNotPublished(
      try await engine.restoration.reconcile(planned, run: run(4)), "given up before", sourceLocation)
    #expect(try await content(live) == before, sourceLocation: sourceLocation)

    // Staged by a process that was killed before it announced anything.
    let names = listing(of: live)
    do {
      let killed = engine.restoration
      let staging = try await killed.begin(run: run(4), database: database, needing: record.logicalBytes)
      _ = try await store.restore(record.id, of: database, into: staging) { _ in }
    }
    #expect(listing(of: live) != names, sourceLocation: sourceLocation)
    for _ in 1...2 { try await engine.restoration.discard(run: run(4)) }
    #expect(listing(of: live) == names, "nothing is left beside it", sourceLocation: sourceLocation)

    (restoration, planned) = try await Rehearsal(store).stage(record, for: engine, run: run(4))
    let published = try await restoration.publish(planned)
    for _ in 1...2 {
      #expect(
        try await engine.restoration.reconcile(planned, run: run(4)) == .published(published),
        sourceLocation: sourceLocation)
    }
  }

  /// Twice restored in one run, once of it to where data stood: both go back, the last first, and twice is as once.
  func isUndone(_ record: SnapshotRecord, _ sourceLocation: SourceLocation) async throws {
    let live = folder + "/undone/data"
    try FileManager.default.createDirectory(atPath: folder + "/undone", withIntermediateDirectories: true)
    try await fill(live)
    try await change(live)
    let engine = try make(live)
    let old = try await content(live)
    let names = listing(of: live)
    let first = try await Rehearsal(store).restore(record, to: engine, run: run(5))
    let restored = try await content(live)
    let second = try await Rehearsal(store).restore(record, to: engine, run: run(5))
    try await change(live)
    let written = try await content(live)

    let last = try await undone(second, engine, sourceLocation)
    #expect(try await content(live) == restored, sourceLocation: sourceLocation)
    let aside = try #require(last.putAside, sourceLocation: sourceLocation)
    #expect(
      try await content(aside) == written, "what was written since is not lost",
      sourceLocation: sourceLocation)
    #expect(!last.isEmpty, sourceLocation: sourceLocation)
    _ = try await undone(first, engine, sourceLocation)
    #expect(try await content(live) == old, "as it was", sourceLocation: sourceLocation)
    for name in names { #expect(listing(of: live).contains(name), sourceLocation: sourceLocation) }
    #expect(
      !listing(of: live).contains { $0.contains(".drplan-") || $0.contains(".before-") }, "nothing half done",
      sourceLocation: sourceLocation)
    let after = listing(of: live)
    #expect(
      try await undone(second, engine, sourceLocation).putAside == aside, sourceLocation: sourceLocation)
    _ = try await undone(first, engine, sourceLocation)
    #expect(
      listing(of: live) == after, "undoing what is undone changes nothing", sourceLocation: sourceLocation)
    #expect(try await content(live) == old, sourceLocation: sourceLocation)

    // Where nothing stood, nothing stands again.
    let elsewhere = folder + "/undone/new"
    let other = try make(elsewhere)
    let third = try await Rehearsal(store).restore(record, to: other, run: run(6))
    let gone = try await undone(third, other, sourceLocation)
    #expect(gone.isEmpty, sourceLocation: sourceLocation)
    #expect(!listing(of: elsewhere).contains("new"), sourceLocation: sourceLocation)
    #expect(
      try await content(try #require(gone.putAside, sourceLocation: sourceLocation)) == restored,
      sourceLocation: sourceLocation)

    // What is neither its own nor what it kept is not taken away.
    let fourth = try await Rehearsal(store).restore(record, to: engine, run: run(7))
    try FileManager.default.moveItem(atPath: live, toPath: folder + "/moved")
    try await fill(live)
    let foreign = try await content(live)
    await #expect(throws: StepFailure.self, sourceLocation: sourceLocation) {
      try await engine.restoration.undo(fourth, run: run(7))
    }
    #expect(try await content(live) == foreign, sourceLocation: sourceLocation)
    guard case .unknown = try await engine.restoration.reconcile(fourth, run: run(7)) else {
      Issue.record("a person must look", sourceLocation: sourceLocation)
      return
    }
  }

  private func undone(
    _ publication: Publication, _ engine: any DatabaseEngine, _ sourceLocation: SourceLocation
  ) async throws -> UndonePublication {
    let result = try await engine.restoration.undo(publication, run: run(of: publication))
    guard case .undone(let undone) = result else {
      throw StepFailure(.system, "not undone: \(result)")
    }
    return undone
  }

  /// The run that staged it.
  private func run(of publication: Publication) -> RunID {
    (1...9).map { run($0) }.first { publication.staging.contains(".drplan-\($0)") } ?? run(9)
  }

  private func expectNotPublished(
    _ state: PublicationState, _ comment: Comment, _ sourceLocation: SourceLocation
  ) {
    guard case .notPublished = state else {
      Issue.record("\(comment): \(state)", sourceLocation: sourceLocation)
      return
    }
  }
}
