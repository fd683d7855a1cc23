import Values

/// The names beside a target under which a run keeps data: what stood there before it as `orders.db.before-<run>`, and
/// what it had put there and took away again as `orders.db.undone-<run>`; a second of either ends with `-2`.
struct KeptName: Sendable {
  /// Suffixes of files that go with a file beside it, of all engines.
  static let sideSuffixes = ["-wal", "-shm", "-journal"]

  /// The path of the live data.
  let target: String
  /// The run that keeps.
  let run: RunID

  /// The first name for what stood there before.
  var before: String { "\(target).before-\(run)" }
  /// The first name for what was taken away again.
  var undone: String { "\(target).undone-\(run)" }

  /// Whether a path is one of the names for what stood there before.
  func isBefore(_ path: String) -> Bool { Self.isNumbered(path, before) }

  /// Whether a path is one of the names for what was taken away again.
  func isUndone(_ path: String) -> Bool { Self.isNumbered(path, undone) }

  /// Whether a path is one of either, or of a file that goes with one.
  func isKept(_ path: String) -> Bool {
    guard !isBefore(path), !isUndone(path) else { return true }
    guard let suffix = Self.sideSuffixes.first(where: { path.hasSuffix($0) }) else { return false }
    var main = path.dropLast(suffix.count)
    if main.hasSuffix(Self.unmerged) { main = main.dropLast(Self.unmerged.count) }
    return isBefore(String(main)) || isUndone(String(main))
  }

  /// What comes between a kept name and the suffix of a side file that no engine shall pick up.
  static let unmerged = "-unmerged"

  private static func isNumbered(_ path: String, _ plain: String) -> Bool {
    guard path != plain else { return true }
    let number = path.hasPrefix(plain + "-") ? path.dropFirst(plain.count + 1) : ""
    return !number.isEmpty && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
