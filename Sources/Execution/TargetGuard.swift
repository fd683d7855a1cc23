public import BackendKit
import PlanModel
public import RunEvents
import Synchronization
public import Values

/// Looks at the targets of a step before every attempt to change them, and refuses those that are not what the plan says
/// or not what the run saw before.
///
/// A mount that came up elsewhere, or a link that was changed, between two steps must not make the second one replace
/// another system's data.
public final class TargetGuard: Sendable {
  private let seen: Mutex<[DatabaseID: TargetIdentity]>

  /// A guard of a run that has seen these targets already; see `seen(in:)`.
  public init(seen: [DatabaseID: TargetIdentity] = [:]) { self.seen = Mutex(seen) }

  /// What a run saw, as its record tells it: for a run that goes on.
  public static func seen(in bodies: some Sequence<RunEvent.Body>) -> [DatabaseID: TargetIdentity] {
    var seen: [DatabaseID: TargetIdentity] = [:]
    for case .stepEvidence(let event) in bodies { note(event.evidence, &seen) }
    return seen
  }

  /// Runs an action, once its targets were looked at.
  func run(_ action: any StepAction, _ context: StepContext) async throws(StepFailure) -> StepResult {
    try await verify(action, context)
    let result = try await action.run(
      context.observing { [self] evidence in seen.withLock { Self.note(evidence, &$0) } })
    for database in action.effects.restores { await takeAnew(database, context) }
    return result
  }

  /// Sees what the action itself put there.
  ///
  /// A look that does not work out makes no finished restore a failed one: the next attempt to change the place looks
  /// again.
  private func takeAnew(_ database: DatabaseID, _ context: StepContext) async {
    guard let binding = context.environment.databases[database],
      let found = try? await binding.target.identity()
    else { return }
    if let mismatch = IdentityComparison.mismatch(expected: binding.identity, found: found) {
      // A journal that cannot be written stops the run by itself.
      try? await context.record(
        .note(
          "what was restored to `\(database)` has another identity than the plan states: `\(mismatch.fact)` is `\(mismatch.found ?? "not known")`, not `\(mismatch.expected)`; the next restore would be refused: correct the data or `identity`"
        ))
    }
    let expected = seen.withLock { $0[database]?.facts ?? [:] }
    guard IdentityComparison.mismatch(expected: expected, found: found) == nil else { return }
    // As above: only the record can fail here.
    try? await see(found, of: database, at: binding.target, context)
  }

  /// Puts what is seen on record, if it is more than before.
  private func see(
    _ found: [String: String], of database: DatabaseID, at target: any DatabaseEngine, _ context: StepContext
  ) async throws(StepFailure) {
    let before = seen.withLock { $0[database]?.facts ?? [:] }
    let facts = before.merging(found) { _, new in new }
    guard facts != before else { return }
    let identity = TargetIdentity(
      database: database, target: target.path ?? "\(target.target)", facts: facts)
    try await context.record(.identity(identity))
    seen.withLock { $0[database] = identity }
  }

  /// Looks at what the action replaces; throws `WrongTarget`, with nothing touched, when it must not.
  ///
  /// What is seen goes on record the first time, and when more is seen than before.
  ///
  /// With `placeOnly`, for what finishes or takes back a change, the data that stands there does not count: it may be what
  /// the run itself put there, and is known by the marks of the change.
  public func verify(
    _ action: any StepAction, _ context: StepContext, placeOnly: Bool = false
  ) async throws(StepFailure) {
    for database in action.effects.restores {
      // A plan that names a database which is not there fails in the action, which says so.
      guard let binding = context.environment.databases[database] else { continue }
      var found = try await binding.target.identity()
      var before = seen.withLock { $0[database]?.facts ?? [:] }
      if placeOnly {
        found = found.filter { IdentityComparison.placeFacts.contains($0.key) }
        before = before.filter { IdentityComparison.placeFacts.contains($0.key) }
      }
      if let failure = Self.refusal(of: binding, found, seen: before) { throw failure }
      // Nor does it count as seen.
      guard !placeOnly else { continue }
      try await see(found, of: database, at: binding.target, context)
    }
  }

  /// What an undo brings back is another set of data at the same place.
  func forgetData(of action: any StepAction) {
    seen.withLock { seen in
      for database in action.effects.restores { Self.forgetData(of: database, &seen) }
    }
  }

  /// What is known of the data at a target does not hold any more; of the place it does.
  static func forgetData(of database: DatabaseID, _ seen: inout [DatabaseID: TargetIdentity]) {
    guard var identity = seen[database] else { return }
    identity.facts = identity.facts.filter { IdentityComparison.placeFacts.contains($0.key) }
    seen[database] = identity
  }

  /// Why what stands at a target must not be changed; nil when it may.
  static func refusal(
    of binding: DatabaseBinding, _ found: [String: String], seen: [String: String] = [:]
  ) -> StepFailure? {
    let place = "`\(binding.target.path ?? "\(binding.target.target)")`"
    func text(_ mismatch: IdentityComparison.Mismatch) -> String {
      mismatch.found.map { "`\($0)`" } ?? "not known"
    }
    if let mismatch = IdentityComparison.mismatch(expected: binding.identity, found: found) {
      return StepFailure(
        .wrongTarget,
        "\(place) is not the target that the plan means: `\(mismatch.fact)` of database `\(binding.id)` must be `\(mismatch.expected)` and is \(text(mismatch)); nothing was touched",
        remedy:
          "mount or link the right place; if this is the right one, correct `identity` of `\(binding.id)` in the plan",
        isRetryable: false)
    }
    if let mismatch = IdentityComparison.mismatch(expected: seen, found: found) {
      return StepFailure(
        .wrongTarget,
        "\(place) is another target than this run saw before: `\(mismatch.fact)` of database `\(binding.id)` was `\(mismatch.expected)` and is \(text(mismatch)) now; nothing was touched",
        remedy: "find out who replaced it, put the right target back, then run again", isRetryable: false)
    }
    return nil
  }

  /// What the run itself publishes is another set of data at the same place: its facts are taken anew.
  static func note(_ evidence: StepEvidence, _ seen: inout [DatabaseID: TargetIdentity]) {
    switch evidence {
    case .identity(let identity): seen[identity.database] = identity
    case .publishing(let publication):
      forgetData(of: publication.database, &seen)
    default: return
    }
  }
}
