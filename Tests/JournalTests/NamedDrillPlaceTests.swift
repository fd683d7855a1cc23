import Glibc
import HostSystem
import RunEvents
import Testing
import Values

@testable import Journal

/// What is removed at a place that the plan names, and what is not.
@Suite struct NamedDrillPlaceTests {
  /// A folder with a place in it, and the traces of a drill that filled it.
  private struct Situation {
    let folder: String
    let inode: UInt64

    init(_ path: String) throws {
      folder = path + "/rehearsal"
      try FileTree.makeDirectory(folder)
      inode = try unwrapped(HostPath.status(folder)).inode
    }

    func make(_ names: String...) throws {
      for name in names { try DurableFile.create(Array(name.utf8), at: "\(folder)/\(name)") }
    }

    func place(hadFolder: Bool = false) throws -> NamedDrillPlace {
      NamedDrillPlace(
        run: try runID(), path: folder + "/x",
        surroundings: .init(inode: inode, hadFolder: hadFolder, suffixes: ["-wal", "-shm"]))
    }

    func traces(filled: Bool = true, inode: UInt64? = nil) throws -> DrillTraces {
      var traces = DrillTraces(of: [], at: .init(scratch: try name("orders"), name: "x"))
      traces.wasMade = true
      traces.wasFilled = filled
      traces.inode = inode
      return traces
    }

    var names: [String] { get throws { try HostPath.names(in: folder) } }
  }

  private func inSituation(_ body: (Situation) throws -> Void) async throws {
    try await withDirectory { try body(Situation($0)) }
  }

  @Test func whatTheDrillPutThereGoesAndNothingElse() async throws {
    let run = try runID()
    try await inSituation { here in
      try here.make("x", "x-wal", "x.before-\(run)", "x.before-\(run)-2")
      try FileTree.makeDirectories("\(here.folder)/.x.drplan-\(run)/data/deep")
      let others = [
        ".x.drplan-20260101T000000Z-orders-0000", ".y.drplan-\(run)", "x-journal",
        "x.before-20260101T000000Z-orders-0000", "x2", "y.before-\(run)",
      ]
      for other in others { try here.make(other) }
      try here.place().remove(here.traces())
      #expect(try here.names == others.sorted())
    }
  }

  @Test func whatStandsAtAPlaceThatWasNotFilledStays() async throws {
    try await inSituation { here in
      try here.make("x", "x-wal")
      try FileTree.makeDirectories("\(here.folder)/.x.drplan-\(try runID())/data")
      try here.place().remove(here.traces(filled: false))
      #expect(try here.names == ["x", "x-wal"])
    }
  }

  @Test func whatIsNotWhatTheDrillRestoredStays() async throws {
    try await inSituation { here in
      try here.make("x", "x-wal")
      let inode = try unwrapped(HostPath.status(here.folder + "/x")).inode
      #expect(throws: FileError.self) { try here.place().remove(here.traces(inode: inode + 1)) }
      #expect(try here.names == ["x", "x-wal"])
      try here.place().remove(here.traces(inode: inode))
      #expect(try here.names == [])
    }
  }

  @Test func anEmptyFolderGetsItsPlaceBack() async throws {
    try await inSituation { here in
      try FileTree.makeDirectories(here.folder + "/x/restored")
      try FileTree.makeDirectory("\(here.folder)/x.before-\(try runID())", mode: 0o750)
      try here.place(hadFolder: true).remove(here.traces())
      #expect(try here.names == ["x"])
      #expect(try HostPath.names(in: here.folder + "/x") == [])
      #expect(try HostPath.status(here.folder + "/x")?.mode == 0o750)
      // Once more, as after a crash in the middle: it stays.
      try here.place(hadFolder: true).remove(here.traces())
      #expect(try here.names == ["x"])
    }
  }

  @Test func anotherFolderThatTookTheNameIsNotTouched() async throws {
    try await inSituation { here in
      #expect(rename(here.folder, here.folder + ".moved") == 0)
      try FileTree.makeDirectory(here.folder)
      try here.make("x")
      #expect(throws: FileError.self) { try here.place().remove(here.traces()) }
      #expect(try here.names == ["x"])
    }
  }

  @Test func aFolderThatBecameALinkIsNotTouched() async throws {
    try await inSituation { here in
      try here.make("x")
      #expect(rename(here.folder, here.folder + ".moved") == 0)
      #expect(symlink(here.folder + ".moved", here.folder) == 0)
      #expect(throws: FileError.self) { try here.place().remove(here.traces()) }
      #expect(try here.names == ["x"])
    }
  }

  @Test func aFolderThatIsGoneTookEverythingAlong() async throws {
    try await inSituation { here in
      try FileTree.remove(here.folder)
      try here.place().remove(here.traces())
    }
  }
}
