import FoundationEssentials
import HostSystem
import Values

/// A swap about to be made, written into the staging folder before its first step: from it alone, a later run can tell
/// how far an interrupted swap came, and finish or undo it.
struct PublishIntent: Codable, Sendable, Equatable {
  /// How the main name changes hands.
  enum Method: String, Codable, Sendable {
    /// The old file gets its kept name as a second one, then the new file is renamed over the first: no moment without
    /// data, for files only.
    case link
    /// Old and new swap their names in one call, then the old gets its kept name: no moment without data.
    case exchange
    /// The old is renamed away, then the new is renamed in: between the two calls nothing stands at the target. Only
    /// for files, where the file system can do neither of the others.
    case rename
  }

  /// A file that belongs to the data and has a name made of the target's and a suffix: `-wal`.
  struct Side: Codable, Sendable, Equatable {
    let suffix: String
    let identity: FileIdentity
  }

  /// How much a file holds and when that changed last.
  ///
  /// The time of its metadata is left out: a second name changes it.
  struct Stamp: Codable, Sendable, Equatable {
    let size: Int64
    let modified: Int64

    init(size: Int64, modified: Int64) {
      self.size = size
      self.modified = modified
    }

    init(_ status: FileStatus) { self.init(size: status.size, modified: status.modified) }
  }

  /// Which way data goes.
  enum Direction: String, Codable, Sendable {
    /// Restored data takes the place of what stands there.
    case publish
    /// What a publication kept takes its place again.
    case undo
  }

  /// The version of this form.
  var version = Self.currentVersion
  /// Which way.
  let direction: Direction
  /// The run that makes the swap.
  let run: RunID
  /// The name the data lives under.
  let target: String
  /// The new file or folder; the one that was kept, when a publication is undone.
  let staged: String
  /// The name that what stood at the target gets.
  let kept: String
  /// How.
  let method: Method
  /// What stands at the target; nil when nothing does.
  let old: FileIdentity?
  /// The content of what stands at the target, as it goes with its side files.
  let oldStamp: Stamp?
  /// What will; nil when nothing will, because nothing stood there before a publication that is undone.
  let new: FileIdentity?
  /// The content of what will, as it goes with the side files that come with it.
  let newStamp: Stamp?
  /// All suffixes that files beside the target may have.
  let suffixes: [String]
  /// The files beside the target that belong to the old data.
  let sides: [Side]
  /// The files beside `staged` that belong to the new data: only where a publication is undone.
  let incoming: [Side]

  private static let currentVersion = 2

  /// As it is written.
  var bytes: [UInt8] {
    get throws { Array(try JSONEncoder().encode(self)) }
  }

  /// Nil for bytes that are not an intent this version knows.
  init?(bytes: [UInt8]) {
    // What cannot be read is nil, and the caller says so.
    guard let value = try? JSONDecoder().decode(PublishIntent.self, from: Data(bytes)),
      value.version == Self.currentVersion
    else {
      return nil
    }
    self = value
  }

  /// Whether every name in it is one that the swap of `target`, staged in `area`, has.
  func describes(swapOf target: String, in area: StagingArea, suffixes allowed: [String]) -> Bool {
    guard run == area.run, target == self.target else { return false }
    let names = KeptName(target: target, run: run)
    switch direction {
    case .publish:
      guard isStaged(in: area), names.isBefore(kept) else { return false }
    case .undo:
      guard new == nil ? staged == area.data : names.isBefore(staged), names.isUndone(kept) else {
        return false
      }
    }
    return suffixes.allSatisfy(allowed.contains)
      && (sides + incoming).allSatisfy { allowed.contains($0.suffix) }
  }

  private func isStaged(in area: StagingArea) -> Bool {
    guard staged != area.data else { return true }
    let below = String(staged.dropFirst(area.data.count + 1))
    return staged.hasPrefix(area.data + "/") && !["", ".", ".."].contains(below) && !below.contains("/")
  }

  /// A swap about to be made.
  init(
    direction: Direction = .publish, run: RunID, target: String, staged: String, kept: String, method: Method,
    old: FileIdentity?, oldStamp: Stamp? = nil, new: FileIdentity?, newStamp: Stamp? = nil,
    suffixes: [String], sides: [Side], incoming: [Side] = []
  ) {
    self.direction = direction
    self.run = run
    self.target = target
    self.staged = staged
    self.kept = kept
    self.method = method
    self.old = old
    self.oldStamp = oldStamp
    self.new = new
    self.newStamp = newStamp
    self.suffixes = suffixes
    self.sides = sides
    self.incoming = incoming
  }
}
