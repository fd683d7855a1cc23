import BackendKit
import HostSystem
import RunEvents
import Values

/// What became of a swap whose process was killed.
extension StagedRestoration {
  func reconcile(_ planned: Publication, run: RunID) async throws(StepFailure) -> PublicationState {
    try await patiently { () async throws(StepFailure) in
      try await runBlocking { () throws(StepFailure) in try reconciled(planned, run: run) }
    }
  }

  private func reconciled(_ planned: Publication, run: RunID) throws(StepFailure) -> PublicationState {
    let place = try RestorePlace.resolve(planned.target)
    guard place.path == planned.target else {
      return .unknown(
        "`\(planned.target)` leads to `\(place.path)` now, and did not when the restore began: which of the two holds "
          + "the data?")
    }
    // With the intent of an interrupted swap gone, the names alone tell.
    if place.folderExists { try clearLeftovers(beside: place, onlySwaps: true) }
    return try files("looking at `\(planned.target)`") { () throws(FileError) in
      let traces = try PublicationTraces(of: planned, names: KeptName(target: planned.target, run: run))
      return Self.state(planned, traces, holders: traces.isLive ? traces.kept.map(Self.holders) ?? [] : [])
    }
  }

  /// What the names say once no swap is under way; decides, does nothing.
  static func state(
    _ planned: Publication, _ traces: PublicationTraces, holders: [String]
  ) -> PublicationState {
    let target = planned.target
    if traces.isLive {
      var published = planned
      published.holders = holders
      return .published(published)
    }
    if let undone = traces.undone {
      return .notPublished("what was restored had been put aside again, as `\(undone)`")
    }
    if traces.isStaged { return .notPublished("what was restored is still staged") }
    guard let kept = planned.kept else {
      guard traces.live != nil else { return .notPublished("nothing stands at `\(target)`, as before") }
      return .unknown(
        "nothing stood at `\(target)` before, and what stands there now is not what was restored: look who put it there"
      )
    }
    guard traces.kept != nil else {
      return .notPublished("what stood at `\(target)` before was not replaced")
    }
    return .unknown(
      "`\(kept)` holds what stood at `\(target)` before, and "
        + (traces.live == nil
          ? "nothing stands there now" : "what stands there now is not what was restored")
        + ": look which of them services should use, and whether somebody put it there")
  }
}
