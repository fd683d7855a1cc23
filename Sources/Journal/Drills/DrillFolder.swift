public import HostSystem
public import RunEvents
public import Values

/// The scratch folder of one drill, `<state>/scratch/<run id>`, with its ledger; every call blocks.
public struct DrillFolder: Sendable {
  /// The drill.
  public let run: RunID
  /// The folder itself.
  public let path: String
  private let stateDirectory: String

  private static let ledgerName = "ledger.json"
  private static let ledgerLimit = 1 << 20

  /// Names the folder of `run`; makes nothing.
  public init(run: RunID, stateDirectory: String) {
    self.run = run
    self.stateDirectory = stateDirectory
    path = Self.scratch(in: stateDirectory) + "/" + run.text
  }

  /// The folder of all scratch space.
  static func scratch(in stateDirectory: String) -> String {
    stateDirectory.hasSuffix("/") ? stateDirectory + "scratch" : stateDirectory + "/scratch"
  }

  var ledgerFile: String { "\(path)/\(Self.ledgerName)" }

  /// Writes the ledger, durably, and makes the folders around its places in scratch space.
  public func make(_ ledger: DrillLedger) throws(FileError) {
    let scratch = Self.scratch(in: stateDirectory)
    try FileTree.makeDirectories(scratch)
    // Who cleans up must not meet the folder before its ledger is in it.
    let lock = try FileDescriptor.directory(scratch)
    try lock.lock(path: scratch)
    try FileTree.makeDirectory(path)
    try DurableFile.create(ledger.bytes, at: ledgerFile)
    for place in ledger.places where place.surroundings == nil {
      try FileTree.makeDirectory("\(path)/\(place.database)")
    }
    _ = lock.number
  }

  /// The ledger; nil when the folder has none.
  func ledger() throws(FileError) -> DrillLedger? {
    let root = BeneathRoot(try FileDescriptor.directory(path, following: false), path: path)
    do throws(FileError) {
      let file = try root.open(Array(Self.ledgerName.utf8), [.noFollow, .nonBlocking])
      let status = try file.status(path: ledgerFile)
      guard status.kind == .file, status.user == HostFacts.userNumber, status.mode & 0o022 == 0 else {
        throw FileError("use", ledgerFile, detail: "another user owns it or may write to it")
      }
      let bytes = try file.remainder(limit: Self.ledgerLimit, path: ledgerFile)
      guard let ledger = DrillLedger(bytes: bytes) else {
        throw FileError("use", ledgerFile, detail: "it cannot be read")
      }
      if let misfit = ledger.misfit(in: run) { throw FileError("use", ledgerFile, detail: misfit) }
      return ledger
    } catch {
      if error.isMissing { return nil }
      throw error
    }
  }

  /// Cleans up by the ledger that is in the folder; nothing when there is none any more.
  public func cleanUp() -> [DrillPlace] {
    // A ledger that cannot be read is told of by the next sweep; nothing is removed without one.
    guard let ledger = (try? ledger()) ?? nil else { return [] }
    return cleanUp(ledger)
  }

  /// Removes every place of the ledger, then the folder; what became of each place, an error for what still stands.
  public func cleanUp(_ ledger: DrillLedger) -> [DrillPlace] {
    let journal = Result { () throws(FileError) in try events() }
    var outcomes: [DrillPlace] = []
    var left: [DrillLedger.Place] = []
    for place in ledger.places {
      var outcome = DrillPlace(database: place.database, path: place.path(in: path))
      do throws(FileError) {
        try remove(place, journal)
      } catch {
        outcome.error = error.description
        outcome.bytes = DiskUse.of(outcome.path)
        left.append(place)
      }
      outcomes.append(outcome)
    }
    do throws(FileError) {
      if left.isEmpty {
        try removeFolder()
      } else if left.count < ledger.places.count {
        // What was removed is not ours any more: somebody may put data of their own there.
        var rest = ledger
        rest.places = left
        try DurableFile.write(rest.bytes, to: ledgerFile)
      }
    } catch {
      if let first = outcomes.indices.first(where: { outcomes[$0].error == nil }) {
        outcomes[first].error = error.description
      }
    }
    return outcomes
  }

  /// What the drill's journal says; nothing when it had not begun one.
  private func events() throws(FileError) -> [RunEvent] {
    let path = RunDirectory(run: run, stateDirectory: stateDirectory).journal
    do throws(FileError) {
      let contents = JournalReader.parse(try JournalReader.load(path))
      if let problem = contents.problem, problem.kind == .broken {
        throw FileError("use", path, detail: "it is not as it was written: \(problem)")
      }
      return contents.events
    } catch {
      guard error.isMissing else { throw error }
      return []
    }
  }

  private func remove(
    _ place: DrillLedger.Place, _ journal: Result<[RunEvent], FileError>
  ) throws(FileError) {
    guard let surroundings = place.surroundings else { return try removeEntry(place.database.text) }
    // Without the journal nobody knows whose it is that stands there.
    let traces = DrillTraces(of: try journal.get(), at: place)
    guard traces.wasMade else { return }
    try NamedDrillPlace(run: run, path: place.path, surroundings: surroundings).remove(traces)
  }

  /// Removes what is named so in the drill's folder; links are removed, never followed.
  private func removeEntry(_ name: String) throws(FileError) {
    do throws(FileError) {
      let folder = try FileDescriptor.directory(path, following: false)
      try FileTree.remove(Array(name.utf8), in: folder, shown: "\(path)/\(name)")
    } catch {
      guard error.isMissing else { throw error }
    }
  }

  /// Removes the folder once nothing but the ledger is in it.
  func removeFolder() throws(FileError) {
    let names: [String]
    do throws(FileError) {
      names = try HostPath.names(in: path)
    } catch {
      if error.isMissing { return }
      throw error
    }
    let strange = names.filter { !$0.hasPrefix(Self.ledgerName) }
    guard strange.isEmpty else {
      throw FileError("remove", path, detail: "`\(strange[0])` is in it, which no drill put there")
    }
    // The ledger goes last.
    for name in names.filter({ $0 != Self.ledgerName }) + [Self.ledgerName] { try removeEntry(name) }
    let scratch = PathText.parent(of: path)
    try FileTree.remove(Array(run.text.utf8), in: FileDescriptor.directory(scratch), shown: path)
  }
}
