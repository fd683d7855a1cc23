import HostSystem
import RunEvents
import Testing
import Values

@testable import Journal

/// What a drill's ledger may name, and when it may be acted on.
@Suite struct DrillLedgerTests {
  private func ledger(_ places: [DrillLedger.Place]) throws -> DrillLedger {
    DrillLedger(
      run: try runID(), plan: try name("orders"), host: "here", bootID: "b1",
      process: ProcessIdentity(pid: 7, startTime: 99), places: places)
  }

  private func named(_ path: String, suffixes: [String] = ["-wal"]) throws -> DrillLedger.Place {
    DrillLedger.Place(
      named: try name("orders"), path: path,
      surroundings: .init(inode: 4, hadFolder: true, suffixes: suffixes))
  }

  private func scratch(_ path: String) throws -> DrillLedger.Place {
    var place = DrillLedger.Place(scratch: try name("orders"), name: "x")
    place.path = path
    return place
  }

  @Test func whatIsWrittenIsRead() throws {
    let ledger = try ledger([
      DrillLedger.Place(scratch: try name("orders"), name: "orders \"1\".db"), try named("/d/ü/orders.db"),
    ])
    #expect(DrillLedger(bytes: ledger.bytes) == ledger)
    #expect(ledger.misfit(in: try runID()) == nil)
  }

  @Test func noBeginningOfALedgerIsOne() throws {
    let bytes = try ledger([try named("/d/orders.db")]).bytes
    for count in 0..<(bytes.count - 2) { #expect(DrillLedger(bytes: Array(bytes.prefix(count))) == nil) }
  }

  @Test(arguments: [
    "orders", "orders/", "orders/..", "orders/.", "other/x", "orders/../x", "../orders/x", "orders/x/y",
    "/orders/x",
    "", "orders//x", "orders/x\0",
  ])
  func scratchSpaceIsInTheDrillsFolder(_ path: String) throws {
    #expect(try ledger([try scratch(path)]).misfit(in: try runID()) != nil)
  }

  @Test(arguments: ["/", "", "d/x", "/d/../etc", "/d/./x", "/d//x", "/d/x/", "/d/x\0"])
  func aNamedPlaceIsAPlainPath(_ path: String) throws {
    #expect(try ledger([try named(path)]).misfit(in: try runID()) != nil)
  }

  @Test(arguments: ["", "-", "wal", "-WAL", "-../x", "-w/l", "-aaaaaaaaaaaaaaaaaaaa"])
  func aSuffixIsOneOfAnEngine(_ suffix: String) throws {
    #expect(try ledger([try named("/d/x", suffixes: [suffix])]).misfit(in: try runID()) != nil)
  }

  @Test func aLedgerOfAnotherRunOrVersionIsNotActedOn() throws {
    var other = try ledger([])
    #expect(other.misfit(in: try runID("20261120T031502Z-orders-0000")) != nil)
    other.version = 2
    #expect(other.misfit(in: try runID()) != nil)
  }

  @Test func onlyADrillThatIsKnownToBeDeadIsCleanedUp() throws {
    let ledger = try ledger([])
    for written in [true, false] {
      for host in ["here", "there"] {
        for boot in ["b1", "b2"] {
          for alive in [true, false] {
            let owner = ledger.owner(isBeingWritten: written, host: host, bootID: boot) { process in
              process == ledger.process && alive
            }
            let isDead = !written && host == "here" && (boot == "b2" || !alive)
            #expect((owner == .dead) == isDead, "\(written) \(host) \(boot) \(alive)")
            #expect((owner == .elsewhere) == (!written && host == "there"))
          }
        }
      }
    }
  }
}

/// What a drill's journal says that it put at a named place.
@Suite struct DrillTracesTests {
  private func events(_ bodies: [RunEvent.Body]) throws -> [RunEvent] {
    try bodies.enumerated().map { index, body in
      RunEvent(
        sequence: index, run: try runID(), plan: try name("orders"), time: Timestamp(seconds: 0),
        elapsed: .zero, body: body)
    }
  }

  private func made(_ path: String = "/d/x") throws -> RunEvent.Body {
    .drillPlaceMade(DrillPlace(database: try name("orders"), path: path))
  }

  private func publishing(_ target: String = "/d/x", mark: String? = nil) throws -> RunEvent.Body {
    .stepEvidence(
      StepEvidenceEvent(
        step: try name("r"), attempt: 1,
        evidence: .publishing(
          Publication(
            database: try name("orders"), target: target, staging: "/d/.x.drplan-1/data", kept: nil,
            mark: mark))))
  }

  private func traces(_ bodies: [RunEvent.Body]) throws -> DrillTraces {
    DrillTraces(
      of: try events(bodies),
      at: .init(
        named: try name("orders"), path: "/d/x",
        surroundings: .init(inode: 1, hadFolder: false, suffixes: [])))
  }

  @Test func aPlaceThatWasNeverAnnouncedIsNotTheDrills() throws {
    #expect(try traces([]) == traces([publishing()]))
    #expect(try !traces([publishing()]).owns(inode: 5))
    #expect(try !traces([made("/d/y"), publishing()]).wasMade)
  }

  @Test func whatStandsAtAPlaceThatWasNeverFilledIsNotTheDrills() throws {
    let traces = try traces([made(), publishing("/d/other")])
    #expect(traces.wasMade && !traces.wasFilled && !traces.owns(inode: 5))
  }

  @Test func whatTookThePlaceIsKnownByItsMark() throws {
    let traces = try traces([made(), publishing(mark: "2049:41"), publishing(mark: "2049:42")])
    #expect(traces.owns(inode: 42) && !traces.owns(inode: 41))
    #expect(try self.traces([made(), publishing()]).owns(inode: 41))
    let dated = try self.traces([made(), publishing(mark: "2049:41:7000")])
    #expect(dated.owns(inode: 41, born: 7000) && dated.owns(inode: 41))
    #expect(!dated.owns(inode: 41, born: 7001) && !dated.owns(inode: 42, born: 7000))
  }
}

/// Sweeps of state directories that nobody wrote by drilling.
@Suite struct DrillSweepTests {
  private func write(_ ledger: DrillLedger, in state: String) throws {
    try DrillFolder(run: ledger.run, stateDirectory: state).make(ledger)
  }

  private func dead(_ places: [DrillLedger.Place]) throws -> DrillLedger {
    DrillLedger(
      run: try runID(), plan: try name("orders"), host: HostFacts.hostName, bootID: "another boot",
      process: ProcessIdentity(pid: 7, startTime: 99), places: places)
  }

  @Test func noStateDirectoryIsFine() async throws {
    try await withDirectory { path in
      #expect(await DrillSweep.run(stateDirectory: path + "/state") == DrillSweep.Outcome())
    }
  }

  @Test func scratchSpaceOfADeadDrillIsRemoved() async throws {
    try await withDirectory { path in
      let state = path + "/state"
      try write(try dead([.init(scratch: try name("orders"), name: "x")]), in: state)
      let folder = "\(state)/scratch/\(try runID())"
      try FileTree.makeDirectories(folder + "/orders/x/deep")
      let outcome = await DrillSweep.run(stateDirectory: state)
      #expect(outcome.places.map(\.place.path) == [folder + "/orders/x"] && !outcome.hasLeftovers)
      #expect(try HostPath.names(in: state + "/scratch") == [])
    }
  }

  @Test func aDrillThatGoesOnIsNotTouched() async throws {
    try await withDirectory { path in
      let state = path + "/state"
      var ledger = try dead([.init(scratch: try name("orders"), name: "x")])
      ledger.bootID = HostFacts.bootID
      ledger.process = ProcessTable.current
      try write(ledger, in: state)
      let outcome = await DrillSweep.run(stateDirectory: state)
      #expect(outcome.running == [try runID()] && outcome.places.isEmpty && !outcome.hasLeftovers)
      #expect(try HostPath.names(in: state + "/scratch").count == 1)
    }
  }

  @Test func linksAreRemovedAndNeverFollowed() async throws {
    try await withDirectory { path in
      let (state, precious) = (path + "/state", path + "/precious")
      try FileTree.makeDirectories(precious + "/data")
      try write(try dead([.init(scratch: try name("orders"), name: "x")]), in: state)
      let folder = "\(state)/scratch/\(try runID())"
      let root = BeneathRoot(try FileDescriptor.directory(folder), path: folder)
      try root.makeLink(Array("orders/x".utf8), to: Array(precious.utf8), owner: nil, modified: 0)
      #expect(await !DrillSweep.run(stateDirectory: state).hasLeftovers)
      #expect(try HostPath.names(in: precious) == ["data"])
    }
  }

  @Test func aFolderThatIsALinkIsLeftAlone() async throws {
    try await withDirectory { path in
      let (state, precious) = (path + "/state", path + "/precious")
      try write(try dead([.init(scratch: try name("orders"), name: "x")]), in: precious)
      let real = "\(precious)/scratch/\(try runID())"
      try FileTree.makeDirectories(state + "/scratch")
      let root = BeneathRoot(try FileDescriptor.directory(state + "/scratch"), path: state)
      try root.makeLink(Array(try runID().text.utf8), to: Array(real.utf8), owner: nil, modified: 0)
      let outcome = await DrillSweep.run(stateDirectory: state)
      #expect(outcome.problems.count == 1 && outcome.places.isEmpty)
      #expect(try HostPath.names(in: real) == ["ledger.json", "orders"])
    }
  }

  @Test func aNamedPlaceWithoutATraceInTheJournalIsLeftAlone() async throws {
    try await withDirectory { path in
      let state = path + "/state"
      try FileTree.makeDirectories(path + "/own/data")
      let inode = try unwrapped(HostPath.status(path + "/own")).inode
      try write(
        try dead([
          .init(
            named: try name("orders"), path: path + "/own/data",
            surroundings: .init(inode: inode, hadFolder: false, suffixes: []))
        ]), in: state)
      #expect(await !DrillSweep.run(stateDirectory: state).hasLeftovers)
      #expect(try HostPath.names(in: path + "/own") == ["data"])
      #expect(try HostPath.names(in: state + "/scratch") == [])
    }
  }

  @Test func whatNoDrillPutThereIsALeftover() async throws {
    try await withDirectory { path in
      let state = path + "/state"
      try write(try dead([.init(scratch: try name("orders"), name: "x")]), in: state)
      try FileTree.makeDirectory("\(state)/scratch/\(try runID())/mine")
      let outcome = await DrillSweep.run(stateDirectory: state)
      #expect(outcome.hasLeftovers)
      #expect(try HostPath.names(in: "\(state)/scratch/\(try runID())").contains("mine"))
    }
  }
}
