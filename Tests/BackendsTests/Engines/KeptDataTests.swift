import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct KeptDataTests {
  private let scratch: ScratchFolder
  private let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)
  private let other = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 2)
  private var publication: Publication {
    Publication(
      database: PlanFixtures.database("orders"), target: scratch.file("o.db"), staging: scratch.file("gone"),
      kept: scratch.file("o.db.before-\(run)"))
  }

  init() throws { scratch = try ScratchFolder() }

  @Test func onlyNamesOfTheRunAreLetGo() async throws {
    let ours = [
      "o.db.before-\(run)", "o.db.before-\(run)-wal", "o.db.before-\(run)-2", "o.db.before-\(run)-2-journal",
      "o.db.before-\(run)-unmerged-wal", "o.db.undone-\(run)", "o.db.undone-\(run)-wal",
      "o.db.before-\(run)-3.removing",
    ]
    let theirs = [
      "o.db", "o.db-wal", "o.db.before-\(other)", "o.db.undone-\(other)-wal", "o.db.before-\(run)-copy",
      "o.db.before-\(run).gz", "x.db.before-\(run)", "o.db.before-\(run)-wal-2",
    ]
    for name in ours + theirs { try scratch.write(name, String(repeating: "x", count: 5000)) }
    let paths = try await KeptData.paths(of: [publication, publication], run: run)
    #expect(paths == ours.map { scratch.file($0) }.sorted())
    let size = try await KeptData.size(of: paths)
    #expect(size.bytes >= 5000 * Int64(ours.count))
    #expect(try await KeptData.remove([publication], run: run) == size)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == theirs.sorted())
    #expect(try await KeptData.remove([publication], run: run) == .zero)
  }

  @Test func aTreeGoesWithAllThatIsInItAndLinksAreNotFollowed() async throws {
    try scratch.write("precious", "stays")
    let kept = scratch.file("o.db.before-\(run)")
    try FileManager.default.createDirectory(atPath: kept + "/deep/er", withIntermediateDirectories: true)
    try scratch.write("o.db.before-\(run)/deep/er/file", "x")
    try FileManager.default.createSymbolicLink(
      atPath: kept + "/link", withDestinationPath: scratch.path)
    _ = try await KeptData.remove([publication], run: run)
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["precious"])
  }

  @Test func whatAnUnfinishedSwapNeedsStays() async throws {
    try scratch.write("o.db.before-\(run)", "old")
    try FileManager.default.createDirectory(
      atPath: scratch.file(".o.db.drplan-\(run)"), withIntermediateDirectories: false)
    try scratch.write(".o.db.drplan-\(run)/publication.json", "{}")
    let failure = await #expect(throws: StepFailure.self) {
      try await KeptData.remove([publication], run: run)
    }
    #expect(failure?.remedy?.contains("drplan resume \(run)") == true)
    #expect(scratch.text("o.db.before-\(run)") == "old")
  }
}
