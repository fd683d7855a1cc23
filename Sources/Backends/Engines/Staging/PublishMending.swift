/// What to do about a swap that was interrupted, from its intent and what stands there now; decides, does nothing.
///
/// May itself be interrupted anywhere and be asked again. Nothing that is not the old data's, by identity, is touched.
struct PublishMending: Sendable, Equatable {
  /// What the target is once the actions are done.
  enum Outcome: Sendable, Equatable {
    /// The new data: the swap had happened.
    case published
    /// The old data, complete: the swap had not happened.
    case putBack
    /// Something that the swap did not put there; left alone.
    case foreign
  }

  /// What the target is once the actions are done.
  let outcome: Outcome
  /// The steps in order.
  let actions: [PublishAction]
  /// Where side files are then that belong to an earlier state of the data at the target, for people to look at.
  let setAside: [String]

  /// Looks at names by `identity` and decides; `oldIsUnchanged` and `newIsUnchanged` tell whether the old file, and the
  /// new one at the target, hold what they held when the intent was written.
  init<Failure>(
    of intent: PublishIntent, oldIsUnchanged: Bool = true, newIsUnchanged: Bool = true,
    identity: (String) throws(Failure) -> FileIdentity?
  ) throws(Failure) {
    let live = try identity(intent.target)
    let atKept = try identity(intent.kept)
    let atStaged = try identity(intent.staged)
    var actions: [PublishAction] = []
    var setAside: [String] = []
    if live == intent.new {
      outcome = .published
    } else if live == intent.old || live == nil {
      outcome = .putBack
    } else {
      outcome = .foreign
    }

    for side in intent.sides {
      let (beside, away) = (intent.target + side.suffix, intent.kept + side.suffix)
      let (now, kept) = (try identity(beside), try identity(away))
      switch outcome {
      case .published:
        // Never left by an interrupted plan; an old WAL beside new data would be the worst of all.
        guard now == side.identity else { continue }
        actions.append(kept == side.identity ? .remove(beside) : .move(from: beside, to: away))
      case .putBack:
        guard kept == side.identity else { continue }
        if now == side.identity {
          actions.append(.remove(away))
        } else if now == nil, oldIsUnchanged {
          actions.append(.move(from: away, to: beside))
        } else {
          // Someone used the old data without its side files: made new ones, or wrote and closed it. An old WAL beside
          // it would undo what was committed since. Under a name that no engine picks up by itself.
          let aside = intent.kept + KeptName.unmerged + side.suffix
          setAside.append(aside)
          actions.append(.move(from: away, to: aside))
        }
      case .foreign: continue
      }
    }

    // Before the main name changed, none of these had moved; and none does before that is sure to survive.
    if outcome == .published, !intent.incoming.isEmpty { actions.append(.syncFolder) }
    for side in outcome == .published ? intent.incoming : [] {
      let (beside, waiting) = (intent.target + side.suffix, intent.staged + side.suffix)
      guard try identity(waiting) == side.identity else { continue }
      let now = try identity(beside)
      if now == side.identity {
        actions.append(.remove(waiting))
      } else if now == nil, newIsUnchanged {
        actions.append(.move(from: waiting, to: beside))
      } else {
        let aside = intent.staged + KeptName.unmerged + side.suffix
        setAside.append(aside)
        actions.append(.move(from: waiting, to: aside))
      }
    }

    if let old = intent.old {
      if atStaged == old, atKept == nil {
        actions.append(.move(from: intent.staged, to: intent.kept))
      } else if outcome == .putBack, atKept == old {
        actions.append(live == nil ? .move(from: intent.kept, to: intent.target) : .remove(intent.kept))
      }
    }
    self.setAside = setAside
    self.actions = actions + (actions.isEmpty ? [] : [.syncFolder]) + [.removeStaging]
  }
}
