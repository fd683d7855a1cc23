import FoundationEssentials

/// What is to break a run, and at which of its calls; Tests/FaultShim/README.md has the language.
public struct FaultInjection: Sendable, CustomStringConvertible {
  /// Before the call or after it.
  public enum Moment: String, Sendable, CaseIterable {
    /// The call does not happen.
    case before
    /// The call has happened, and nobody learns of it.
    case after
  }

  /// The rule as the shim reads it.
  public let rule: String
  /// What survives a power cut beyond what must: nothing for 0, else some of it.
  public var seed: UInt64 = 0

  /// Counts and breaks nothing.
  public static let counting = FaultInjection(rule: "count:*:*")

  /// The process is killed; what it wrote stays.
  public static func kill(
    _ moment: Moment, calls: String = "*", path: String = "*", number: Int
  ) -> FaultInjection {
    FaultInjection(rule: "kill:\(moment.rawValue):\(calls):\(path):\(number)")
  }

  /// The power goes: what was not synced is lost.
  public static func powerCut(
    _ moment: Moment = .before, calls: String = "*", path: String = "*", number: Int, seed: UInt64 = 0
  ) -> FaultInjection {
    FaultInjection(rule: "powercut:\(moment.rawValue):\(calls):\(path):\(number)", seed: seed)
  }

  /// The call fails with an error of this name, as `ENOSPC`; with `staying` all later ones too.
  public static func failure(
    _ error: String, calls: String = "*", path: String = "*", number: Int, staying: Bool = false
  ) -> FaultInjection {
    FaultInjection(rule: "errno:\(error):\(calls):\(path):\(number)\(staying ? "+" : "")")
  }

  /// The call reads or writes about half of what was asked.
  public static func short(calls: String, path: String = "*", number: Int) -> FaultInjection {
    FaultInjection(rule: "short:\(calls):\(path):\(number)")
  }

  /// What to set for a drplan of the session so that it meets this; begins a new log.
  public func environment(in session: CLISession) async throws -> [String: String] {
    let store = session.path(".streams/store")
    // The store of an earlier fault of this session is in nobody's way.
    try? FileManager.default.removeItem(atPath: store)
    try FileManager.default.createDirectory(atPath: store, withIntermediateDirectories: true)
    try session.write("", to: Self.log)
    return [
      "LD_PRELOAD": try await FaultShim.library(), "DRPLAN_FAULT": rule,
      "DRPLAN_FAULT_ROOT": session.directory, "DRPLAN_FAULT_STORE": store,
      "DRPLAN_FAULT_LOG": session.path(Self.log), "DRPLAN_FAULT_SEED": String(seed),
    ]
  }

  /// One line a counted call, as `7 fsync /data`, and one beginning with `!` for what the shim could not do.
  public static func calls(in session: CLISession) -> [String] {
    session.read(log).split(separator: "\n").map(String.init)
  }

  /// For the failure of a test, and to try again by hand.
  public var description: String { seed == 0 ? rule : "\(rule) with seed \(seed)" }

  private static let log = ".streams/faults.log"
}
