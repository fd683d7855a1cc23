/// Finds what someone probably meant.
public enum NearestName {
  /// The candidate nearest to `word`, if near enough to be a likely slip: letter case, `_` and `-` do not
  /// count, and at most a quarter of the letters differ, or one of three; of two letters none.
  ///
  /// The first in order wins among equals.
  public static func of(_ word: String, among candidates: some Sequence<String>) -> String? {
    let plain = folded(word)
    guard !plain.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let other = folded(candidate)
      let length = max(plain.count, other.count)
      let limit = length < 3 ? 0 : max(1, length / 4)
      // Lengths alone tell most pairs apart, and keep hostile names cheap.
      guard abs(plain.count - other.count) <= limit || other.hasPrefix(plain) || plain.hasPrefix(other) else {
        continue
      }
      let distance =
        other.count > 3 && plain.count > 3 && (other.hasPrefix(plain) || plain.hasPrefix(other))
        ? 1 : editDistance(plain, other)
      if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  private static func folded(_ text: String) -> [UInt8] {
    text.lowercased().utf8.filter {
      $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ")
    }
  }

  /// Levenshtein with adjacent swaps counted as one.
  private static func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var older = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for row in 1...left.count {
      var current = [row] + [Int](repeating: 0, count: right.count)
      for column in 1...right.count {
        let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
        current[column] = min(previous[column] + 1, current[column - 1] + 1, substitution)
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          current[column] = min(current[column], older[column - 2] + 1)
        }
      }
      (older, previous) = (previous, current)
    }
    return previous[right.count]
  }
}

extension Array where Element == UInt8 {
  fileprivate func hasPrefix(_ prefix: [UInt8]) -> Bool { starts(with: prefix) }
}
