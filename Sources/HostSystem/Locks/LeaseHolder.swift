import FoundationEssentials
public import Values

/// Who holds a lease, as written into its file.
public struct LeaseHolder: Codable, Hashable, Sendable, CustomStringConvertible {
  /// The process.
  public let process: ProcessIdentity
  /// The start of the machine it runs on: after another start the process number means nothing.
  public let bootID: String
  /// The machine.
  public let host: String
  /// Who started it.
  public let user: String
  /// What it does: the id of a run, or words.
  public let purpose: String
  /// Since when it holds the lease.
  public let since: Timestamp

  /// This process, from now on.
  public static func current(purpose: String) -> LeaseHolder {
    LeaseHolder(
      process: ProcessTable.current, bootID: HostFacts.bootID, host: HostFacts.hostName,
      user: HostFacts.userName,
      purpose: purpose, since: HostClock().now)
  }

  /// For messages: `run-7 (process 4711 of anna on db1, since 2026-11-20T03:15:02.123Z)`.
  public var description: String {
    "\(purpose) (process \(process.pid) of \(user) on \(host), since \(since))"
  }

  /// One line of JSON.
  var line: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings and integers always encode; without the line a lease still locks.
    guard let json = try? encoder.encode(self) else { return [] }
    return Array(json) + [UInt8(ascii: "\n")]
  }

  /// Reads what `line` gives; nil for anything else, also for a line half written.
  init?(line: [UInt8]) {
    guard line.last == UInt8(ascii: "\n"),
      // Whatever is wrong with it, it names nobody.
      let holder = try? JSONDecoder().decode(LeaseHolder.self, from: Data(line))
    else { return nil }
    self = holder
  }

  init(
    process: ProcessIdentity, bootID: String, host: String, user: String, purpose: String, since: Timestamp
  ) {
    self.process = process
    self.bootID = bootID
    self.host = host
    self.user = user
    self.purpose = purpose
    self.since = since
  }
}
