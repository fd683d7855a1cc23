import Diagnostics

/// A `<<` key: the entries of other mappings, unless the mapping has its own of the same name.
struct MergeKey {
  /// The value under `<<`, aliases resolved.
  let source: Node
  /// Where `<<` stands.
  let keyRange: SourceRange
  /// Before which of the mapping's own entries it stands.
  let index: Int

  /// Puts the merged entries where the key stood.
  ///
  /// Among several sources the first one that has a key wins.
  /// False when the value is neither a mapping nor a list of mappings.
  func apply(to entries: inout [Node.Entry]) -> Bool {
    let sources: [Node]
    switch source.content {
    case .mapping: sources = [source]
    case .sequence(let items): sources = items
    case .scalar: return false
    }
    var known = Set(entries.map(\.key))
    var merged: [Node.Entry] = []
    for source in sources {
      guard case .mapping(let others) = source.content else { return false }
      for entry in others where known.insert(entry.key).inserted { merged.append(entry) }
    }
    entries.insert(contentsOf: merged, at: index)
    return true
  }
}
