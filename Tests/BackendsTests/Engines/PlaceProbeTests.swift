import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Testing
import Values

@testable import Backends

/// What a dry run says about a place.
@Suite struct PlaceProbeTests {
  private let scratch: ScratchFolder

  init() throws { scratch = try ScratchFolder() }

  @Test func aPlaceThatCanBeRestoredToIsChecked() async throws {
    try SampleDatabase.make(scratch.file("orders.db"), orders: 1)
    let findings = await probe("orders.db", ByteCount(1000))
    #expect(findings.allSatisfy { $0.state == .checked }, "\(findings)")
    #expect(findings[0].detail == "what stands there would be kept beside it")
    #expect(findings[1].detail.hasSuffix("1000 B needed"))
  }

  @Test func aMissingFolderIsAnnouncedAndNotMade() async throws {
    let findings = await probe("a/b/orders.db", nil)
    #expect(findings[0].detail.contains("the folder `\(scratch.file("a/b"))` would be made"))
    #expect(!scratch.has("a"))
  }

  @Test func tooLittleSpaceBlocks() async throws {
    let findings = await probe("orders.db", ByteCount(Int64.max / 4))
    #expect(findings.last?.state == .blocked)
    #expect(findings.last?.detail.contains("to spare") == true)
  }

  @Test func keptDataAndInterruptedSwapsAreNoted() async throws {
    try SampleDatabase.make(scratch.file("orders.db"), orders: 1)
    let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)
    try scratch.write("orders.db.before-\(run)", "old")
    try scratch.write("orders.db.before-\(run)-wal", "old")
    let lost = try DataKeys.sqlite(scratch.file("orders.db")).restoration
    _ = try await lost.begin(run: run, database: PlanFixtures.database("orders"), needing: ByteCount(1))
    let details = await probe("orders.db", nil).map(\.detail)
    #expect(details.contains("kept beside it: `orders.db.before-\(run)`"))
    #expect(details.contains("would be removed: an earlier restore left it"))
  }

  @Test(.enabled("needs a folder that even this user cannot write") { await Unwritable.isPossible })
  func aFolderThatCannotBeWrittenBlocksAndFails() async throws {
    let folder = scratch.file("locked")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try SampleDatabase.make(folder + "/orders.db", orders: 1)
    try await Unwritable.set(folder, true)
    let findings = await probe("locked/orders.db", nil)
    let engine = try DataKeys.sqlite(folder + "/orders.db")
    let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)
    let failure = await #expect(throws: StepFailure.self) {
      try await engine.restoration.begin(
        run: run, database: PlanFixtures.database("orders"), needing: ByteCount(1))
    }
    try await Unwritable.set(folder, false)
    #expect(findings.map(\.state) == [.blocked])
    #expect(failure?.code.rawValue == "System")
    #expect(try SampleDatabase.soundOrders(folder + "/orders.db") == 1)
  }

  @Test(.enabled("needs a folder that even this user cannot write") { await Unwritable.isPossible })
  func aFolderThatItselfCannotBeWrittenCannotBeSwapped() async throws {
    let folder = scratch.file("data")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    try await Unwritable.set(folder, true)
    let engine = try DataKeys.files(folder)
    let findings = await engine.probe(forRestore: true, needing: nil)
    let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)
    let failure = await #expect(throws: StepFailure.self) {
      try await engine.restoration.begin(
        run: run, database: PlanFixtures.database("files"), needing: ByteCount(1))
    }
    try await Unwritable.set(folder, false)
    #expect(findings.map(\.state) == [.blocked])
    #expect(failure?.message.contains("cannot be swapped for another") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["data"])
  }

  private func probe(_ name: String, _ bytes: ByteCount?) async -> [ProbeFinding] {
    do {
      return try await DataKeys.sqlite(scratch.file(name)).probe(forRestore: true, needing: bytes)
    } catch {
      return [ProbeFinding("keys", .blocked, "\(error)")]
    }
  }
}

/// Folders that cannot be written: by attribute for root, which no permission stops, by permission for others.
enum Unwritable {
  static var isPossible: Bool {
    get async {
      guard let folder = try? ScratchFolder(), (try? await set(folder.path, true)) != nil else {
        return false
      }
      let isLocked = !PathAccess.isWritableFolder(folder.path)
      return (try? await set(folder.path, false)) != nil && isLocked
    }
  }

  static func set(_ folder: String, _ isLocked: Bool) async throws {
    let isRoot = FileManager.default.isWritableFile(atPath: "/proc/1/oom_score_adj")
    let command =
      isRoot ? ["chattr", isLocked ? "+i" : "-i", folder] : ["chmod", isLocked ? "555" : "755", folder]
    let result = try await ChildProcess.run(Command(command))
    guard result.status.isSuccess else { throw SampleDatabase.NotSound(description: result.error.text) }
  }
}
