import BackendKit
import Declarations
import HostSystem
import Values

/// The file that tells which process a service is.
///
/// Its first line is the process id alone, as everybody writes it. The second line is ours: when the process started
/// and in which boot, so that a number used again is never taken for the service; and where its part of the log
/// begins.
struct PidFile {
  /// What was found at the path.
  enum Finding: Equatable {
    /// No file.
    case nothing
    /// The process has ended; whether it was one that we started in this boot.
    case ended(Int32, oursInThisBoot: Bool)
    /// The process runs, and it is the service.
    case running(ProcessIdentity, logOffset: Int64)
    /// The process runs, and it does not look like the service.
    case stranger(Int32, commandLine: String)
  }

  let path: String

  /// Looks at the file and the process it names; `command` is what the service's process should show.
  ///
  /// Blocks.
  func find(_ command: [String]) throws(StepFailure) -> Finding {
    let content = try files("reading the pid file") { () throws(FileError) in
      try SmallFile.read(path, limit: 4096)
    }
    guard let bytes = content else { return .nothing }
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let first = lines.first.map { $0.filter { !$0.isWhitespace } } ?? ""
    guard let pid = Int32(first), pid > 1 else {
      throw StepFailure(
        .foreignProcess, "the pid file `\(path)` holds no process id",
        remedy: "make sure that the service does not run, then remove the file", isRetryable: false)
    }
    let notes = Self.notes(lines.dropFirst().first ?? "")
    guard let start = notes["start"].flatMap({ UInt64($0) }) else { return plain(pid, command) }
    let isThisBoot = notes["boot"].map { $0 == HostFacts.bootID } ?? true
    let process = ProcessIdentity(pid: pid, startTime: start)
    guard isThisBoot, ProcessTable.isAlive(process) else { return .ended(pid, oursInThisBoot: isThisBoot) }
    return .running(process, logOffset: notes["log"].flatMap { Int64($0) } ?? 0)
  }

  /// Writes the file anew.
  ///
  /// Blocks.
  func write(_ process: ProcessIdentity, logOffset: Int64) throws(StepFailure) {
    let text =
      "\(process.pid)\nstart=\(process.startTime) boot=\(HostFacts.bootID) log=\(logOffset)\n"
    try files("writing the pid file") { () throws(FileError) in
      try DurableFile.write(Array(text.utf8), to: path, mode: 0o644)
    }
  }

  /// Where the service's part of the log begins; 0 when it is not known.
  ///
  /// Blocks.
  func logOffset() -> Int64 {
    // Without it more lines of the log are shown than would be needed.
    guard let bytes = try? SmallFile.read(path, limit: 4096) else { return 0 }
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    return lines.dropFirst().first.flatMap { Self.notes($0)["log"] }.flatMap { Int64($0) } ?? 0
  }

  /// A file that something else wrote: the process is the service if it shows the service's command.
  private func plain(_ pid: Int32, _ command: [String]) -> Finding {
    guard let facts = ProcessTable.facts(of: pid), facts.isAlive else {
      return .ended(pid, oursInThisBoot: false)
    }
    let shown = ProcessTable.commandLine(of: pid) ?? []
    if Self.shows(shown, command) { return .running(facts.identity, logOffset: 0) }
    // Who started after the file was written got the number second-hand.
    // A file that is gone by now tells nothing.
    let status = try? HostPath.status(path, followingLink: true)
    if let written = status?.modified, started(facts) > written / 1_000_000_000 + 2 {
      return .ended(pid, oursInThisBoot: false)
    }
    return .stranger(pid, commandLine: shown.isEmpty ? facts.name : shown.joined(separator: " "))
  }

  /// When a process started, in seconds since the epoch.
  ///
  /// The kernel counts hundredths for everybody outside.
  private func started(_ facts: ProcessFacts) -> Int64 {
    let clock = HostClock()
    let boot = clock.now.advanced(by: .zero - clock.uptime)
    return boot.nanoseconds / 1_000_000_000 + Int64(facts.identity.startTime / 100)
  }

  /// Whether a process shows a command, perhaps behind an interpreter with an option or two.
  static func shows(_ shown: [String], _ command: [String]) -> Bool {
    guard let program = command.first, shown.count >= command.count, shown.count <= command.count + 2 else {
      return false
    }
    let end = shown.suffix(command.count)
    guard let shownProgram = end.first, end.dropFirst().elementsEqual(command.dropFirst()) else {
      return false
    }
    if shownProgram == program { return true }
    return PathText.name(of: shownProgram) == PathText.name(of: program)
      && !(shownProgram.contains("/") && program.contains("/"))
  }

  private static func notes(_ line: Substring) -> [String: String] {
    var notes: [String: String] = [:]
    for word in line.split(separator: " ") {
      let sides = word.split(separator: "=", maxSplits: 1)
      if sides.count == 2 { notes[String(sides[0])] = String(sides[1]) }
    }
    return notes
  }
}
