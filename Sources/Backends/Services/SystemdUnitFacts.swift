import BackendKit

/// What `systemctl show` tells of a unit.
struct SystemdUnitFacts: CustomStringConvertible {
  /// What is asked for.
  static let properties = ["LoadState", "ActiveState", "SubState", "MainPID", "Result"]

  let load: String
  let active: String
  let sub: String
  let pid: Int32
  let result: String

  /// Reads lines of `Name=value`.
  init(_ text: String) {
    var values: [Substring: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let sides = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if sides.count == 2 { values[sides[0]] = String(sides[1]) }
    }
    load = values["LoadState"] ?? ""
    active = values["ActiveState"] ?? ""
    sub = values["SubState"] ?? ""
    pid = values["MainPID"].flatMap { Int32($0) } ?? 0
    result = values["Result"] ?? ""
  }

  var description: String {
    let outcome = result.isEmpty || result == "success" ? "" : ", result \(result)"
    return "\(active.isEmpty ? "unknown" : active) (\(sub)\(outcome))"
  }

  /// A unit on its way, up or down, counts as not running yet.
  var state: ServiceState {
    switch active {
    case "active", "reloading", "refreshing": .running(pid > 0 ? "pid \(pid)" : "\(active) (\(sub))")
    case "failed": .failed("systemd has it as \(description)")
    default: .stopped
    }
  }
}
