@testable import Backends

/// A folder as names and what they name, and what the steps of a swap do to it.
struct PublishModel: Equatable {
  /// Which file each name stands for.
  var names: [String: UInt64]
  /// Whether the staging folder is there, and with it the intent.
  var hasStaging = true
  var hasIntent = false

  /// Does one step; false when the step would have been refused.
  mutating func perform(_ action: PublishAction, _ intent: PublishIntent) -> Bool {
    switch action {
    case .writeIntent: hasIntent = true
    case .syncFolder: break
    case .link(let from, let to):
      guard let file = names[from], names[to] == nil else { return false }
      names[to] = file
    case .move(let from, let to):
      guard let file = names[from], names[to] == nil else { return false }
      names[to] = file
      names[from] = nil
    case .remove(let name):
      // Only ever one of two names.
      guard let file = names[name], names.values.count(where: { $0 == file }) > 1 else { return false }
      names[name] = nil
    case .requireFree(let wanted): return wanted.allSatisfy { names[$0] == nil }
    case .replace(let name, let staged):
      guard let file = names[staged], names[name] != nil else { return false }
      names[name] = file
      names[staged] = nil
    case .exchange(let first, let second):
      guard let one = names[first], let two = names[second] else { return false }
      names[first] = two
      names[second] = one
    case .removeStaging:
      guard intent.old == nil || names[intent.staged] != intent.old?.inode else { return false }
      // What an undo swaps in stands beside the target, not in the staging folder.
      if intent.direction == .publish { names[intent.staged] = nil }
      hasStaging = false
      hasIntent = false
    }
    return true
  }
}
