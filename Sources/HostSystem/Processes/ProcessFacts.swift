/// A process that cannot be mistaken for another one: numbers are reused, a number with its start time is
/// not.
public struct ProcessIdentity: Hashable, Sendable, Codable {
  /// The number.
  public let pid: Int32
  /// When it started, in clock ticks since the machine did: field 22 of `/proc/<pid>/stat`.
  public let startTime: UInt64

  /// The process of that number that started then.
  public init(pid: Int32, startTime: UInt64) {
    self.pid = pid
    self.startTime = startTime
  }
}

/// What the kernel tells of a process, at the moment of asking.
public struct ProcessFacts: Hashable, Sendable {
  /// Which process it is.
  public let identity: ProcessIdentity
  /// The name of its program, cut by the kernel to 15 bytes.
  public let name: String
  /// The state letter of `ps`: `R` running, `S` sleeping, `D` hanging in the kernel, `Z` ended and not yet
  /// reaped.
  public let state: Character
  /// Its parent.
  public let parent: Int32
  /// Its process group.
  public let group: Int32
  /// Its session.
  public let session: Int32

  /// Whether it still runs: a zombie has ended, though its number is still taken.
  public var isAlive: Bool { state != "Z" && state != "X" }

  /// Reads the line of `/proc/<pid>/stat`; nil when it is not one.
  init?(stat line: [UInt8]) {
    // The name is the one field that may hold blanks and brackets: it ends at the last closing bracket.
    guard let opening = line.firstIndex(of: UInt8(ascii: "(")),
      let closing = line.lastIndex(of: UInt8(ascii: ")")),
      opening < closing,
      let pid = Int32(String(decoding: line[..<opening], as: UTF8.self).filter { $0 != " " })
    else { return nil }
    let fields = String(decoding: line[(closing + 1)...], as: UTF8.self).split(separator: " ")
    guard fields.count > 19, let state = fields[0].first, let parent = Int32(fields[1]),
      let group = Int32(fields[2]), let session = Int32(fields[3]), let start = UInt64(fields[19])
    else { return nil }
    identity = ProcessIdentity(pid: pid, startTime: start)
    name = String(decoding: line[(opening + 1)..<closing], as: UTF8.self)
    self.state = state
    self.parent = parent
    self.group = group
    self.session = session
  }
}
