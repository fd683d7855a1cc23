import Diagnostics

/// The keys that a mapping has so far: compared one by one while they are few, hashed when they become many.
struct KeySet {
  private var places: [String: SourcePosition] = [:]
  private var mergePlace: SourcePosition?

  /// Notes a key, or returns where it already stands.
  ///
  /// `entries` are those that were kept.
  mutating func insert(
    _ key: String, at place: SourcePosition, among entries: UnsafeBufferPointer<Node.Entry>
  ) -> SourcePosition? {
    if key == "<<" {
      if let mergePlace { return mergePlace }
      mergePlace = place
    }
    if places.isEmpty, entries.count < 16 {
      return entries.first { $0.key == key }?.keyRange.start
    }
    if places.isEmpty {
      for entry in entries { places[entry.key] = entry.keyRange.start }
    }
    if let first = places[key] { return first }
    places[key] = place
    return nil
  }
}
