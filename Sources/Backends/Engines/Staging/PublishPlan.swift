/// How staged data takes the place of live data, as a list of single steps; decides, does nothing.
///
/// What can be seen at the target between the steps, and so after a crash:
///
/// - Until the first side file is removed: the old data, complete.
/// - From there until the main name changes (one sync of the folder and one rename later): the old main file without its
///   side files, which already have their kept names. It lacks what was committed and not yet moved from its WAL, and
///   a half-written transaction is not rolled back. Only for data with side files, and only until the next
///   `begin` puts them back (`PublishMending`).
/// - From there on: the new data, complete. The removal of side files is on the device before the new file gets its
///   name, so that an old WAL never stands beside a new file, whatever is lost.
///
/// With `Method.rename` there is one more: nothing at the target, between its two renames.
///
/// Undoing a publication is the same swap with what was kept in place of what was staged. Side files that come with it
/// get their names after the main name has changed, and that is on the device before: never does a WAL stand beside data
/// that is not its own. Between the two, what came back lacks its side files, as above.
enum PublishPlan {
  /// The steps in order.
  static func actions(for intent: PublishIntent) -> [PublishAction] {
    let (target, kept) = (intent.target, intent.kept)
    var actions: [PublishAction] = [.writeIntent, .syncFolder]
    let linksSides = intent.method == .link && intent.old != nil
    if linksSides {
      actions.append(.link(from: target, to: kept))
      actions += intent.sides.map { .link(from: target + $0.suffix, to: kept + $0.suffix) }
      actions.append(.syncFolder)
    }
    actions += intent.sides.map {
      linksSides
        ? .remove(target + $0.suffix) : .move(from: target + $0.suffix, to: kept + $0.suffix)
    }
    if !intent.sides.isEmpty { actions.append(.syncFolder) }
    if !intent.suffixes.isEmpty { actions.append(.requireFree(intent.suffixes.map { target + $0 })) }
    if intent.new == nil {
      if intent.old != nil { actions.append(linksSides ? .remove(target) : .move(from: target, to: kept)) }
    } else if intent.old == nil {
      actions.append(.move(from: intent.staged, to: target))
    } else {
      switch intent.method {
      case .link: actions.append(.replace(target, with: intent.staged))
      case .exchange:
        actions += [.exchange(intent.staged, target), .syncFolder, .move(from: intent.staged, to: kept)]
      case .rename:
        actions += [.move(from: target, to: kept), .move(from: intent.staged, to: target)]
      }
    }
    if !intent.incoming.isEmpty {
      actions.append(.syncFolder)
      actions += intent.incoming.map { .move(from: intent.staged + $0.suffix, to: target + $0.suffix) }
    }
    return actions + [.syncFolder, .removeStaging]
  }
}
