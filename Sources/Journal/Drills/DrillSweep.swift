import HostSystem
public import RunEvents
public import Values

/// Finishes the clean-up of drills that died, by their ledgers.
public enum DrillSweep {
  /// What a sweep did.
  public struct Outcome: Sendable, Equatable {
    /// What became of the places of each dead drill, an error for what still stands.
    public var places: [(run: RunID, place: DrillPlace)] = []
    /// Drills that go on: nothing of them was touched.
    public var running: [RunID] = []
    /// Folders of drills that could not be cleaned up as a whole, each with the reason.
    public var problems: [String] = []

    /// Nothing was found.
    public init() {}

    /// Whether anything of a dead drill still stands.
    public var hasLeftovers: Bool { !problems.isEmpty || places.contains { $0.place.error != nil } }

    /// Whether both say the same.
    public static func == (left: Self, right: Self) -> Bool {
      left.running == right.running && left.problems == right.problems
        && left.places.elementsEqual(right.places) { $0.run == $1.run && $0.place == $1.place }
    }
  }

  /// Removes what dead drills left in a state directory, and puts it on record with each of them; one sweep at a time,
  /// others wait for it.
  public static func run(stateDirectory: String) async -> Outcome {
    var outcome = await runBlocking { sweep(stateDirectory) }
    for run in Set(outcome.places.map(\.run)).sorted(by: { $0.text < $1.text }) {
      let places = outcome.places.filter { $0.run == run }.map(\.place)
      if let problem = await record(places, of: run, stateDirectory) { outcome.problems.append(problem) }
    }
    return outcome
  }

  /// Why it could not be put on record; nil when it was, or when the drill died before it had a record.
  private static func record(
    _ places: [DrillPlace], of run: RunID, _ stateDirectory: String
  ) async -> String? {
    let directory = RunDirectory(run: run, stateDirectory: stateDirectory)
    do throws(RecordingError) {
      // One that died before its first event has no record to complete.
      guard let status = try? HostPath.status(directory.journal), status.size > 0 else { return nil }
      let opened = try await JournalWriter.resume(in: directory, host: HostFacts.hostName)
      _ = try await opened.journal.record(places.map { .drillPlaceRemoved($0) })
      return nil
    } catch {
      return "what was removed of the drill \(run) is not on its record: \(error.description)"
    }
  }

  private static func sweep(_ stateDirectory: String) -> Outcome {
    var outcome = Outcome()
    let scratch = DrillFolder.scratch(in: stateDirectory)
    do throws(FileError) {
      let lock = try FileDescriptor.directory(scratch)
      let names = { () throws(FileError) in try HostPath.names(in: scratch).compactMap { RunID($0) } }
      guard try !names().isEmpty else { return outcome }
      // A ledger is read under the lock: a place that a sweep has just freed may be another drill's by now.
      try lock.lock(path: scratch)
      for run in try names() {
        sweep(DrillFolder(run: run, stateDirectory: stateDirectory), stateDirectory, &outcome)
      }
      _ = lock.number
    } catch {
      if !error.isMissing { outcome.problems.append(error.description) }
    }
    return outcome
  }

  private static func sweep(_ folder: DrillFolder, _ stateDirectory: String, _ outcome: inout Outcome) {
    do throws(FileError) {
      guard let ledger = try folder.ledger() else {
        // Its process died before it had written the ledger, so before it made anything.
        return try folder.removeFolder()
      }
      let journal = RunDirectory(run: folder.run, stateDirectory: stateDirectory).journal
      let owner = ledger.owner(
        isBeingWritten: try isBeingWritten(journal), host: HostFacts.hostName, bootID: HostFacts.bootID,
        isAlive: { ProcessTable.isAlive($0) })
      switch owner {
      case .alive: outcome.running.append(folder.run)
      case .elsewhere:
        outcome.problems.append(
          "the drill \(folder.run) ran on the host `\(ledger.host)`: clean up there (`\(folder.path)`)")
      case .dead:
        outcome.places += folder.cleanUp(ledger).map { (folder.run, $0) }
      }
    } catch {
      outcome.problems.append("\(error); nothing of the drill \(folder.run) was removed")
    }
  }

  private static func isBeingWritten(_ journal: String) throws(FileError) -> Bool {
    do throws(FileError) {
      return try !FileDescriptor.open(journal).tryLock(path: journal)
    } catch {
      if error.isMissing { return false }
      throw error
    }
  }
}
