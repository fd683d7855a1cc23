import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

/// The rescue: packs are ordinary archives for the tools of any system.
@Suite struct TarDifferentialTests {
  @Test(
    arguments: ["tar -xz -i -p -f -", "bsdtar -xzp --options read_concatenated_archives -f -"],
    [4096, 1 << 20])
  func allPacksInOneStreamGiveTheTreeBack(extract: String, block: Int) async throws {
    let fixture = Fixture(options: block == 4096 ? .small() : RepositoryOptions())
    SampleTrees.everything(fixture.scratch("source"), block: block)
    let record = try await fixture.backUp(fixture.scratch("source"))
    mkdir(fixture.scratch("out"), 0o700)
    let packs = record.packs.map { fixture.layout.pack($0.sha256) }.joined(separator: " ")
    let result = shell("cat \(packs) | (cd \(fixture.scratch("out")) && \(extract))")
    #expect(result.status == 0, "\(result.output)")
    try expectSame(fixture, topTime: !extract.hasPrefix("bsdtar"))
  }

  @Test(arguments: ["tar -xzpf", "bsdtar -xzpf"])
  func oneAfterAnotherGiveTheTreeBack(extract: String) async throws {
    let fixture = Fixture()
    SampleTrees.everything(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    #expect(record.packs.count > 1)
    mkdir(fixture.scratch("out"), 0o700)
    for pack in record.packs {
      let result = shell("cd \(fixture.scratch("out")) && \(extract) \(fixture.layout.pack(pack.sha256))")
      #expect(result.status == 0, "\(result.output)")
    }
    // A directory that goes on in the next pack has the time of that extraction.
    let before = try TreeState(fixture.scratch("source"), seconds: true, directoryTimes: false)
    let after = try TreeState(fixture.scratch("out"), seconds: true, directoryTimes: false)
    #expect(after.differences(from: before) == [])
  }

  @Test(arguments: ["tar -xzpf", "bsdtar -xzpf"], 20...24 as ClosedRange<UInt64>)
  func aRandomTreeIsReadByOthers(extract: String, seed: UInt64) async throws {
    let fixture = Fixture(options: .small(pack: 1 << 30))
    SampleTrees.random(fixture.scratch("source"), seed: seed)
    let record = try await fixture.backUp(fixture.scratch("source"))
    let pack = try #require(record.packs.first)
    mkdir(fixture.scratch("out"), 0o700)
    let result = shell("cd \(fixture.scratch("out")) && \(extract) \(fixture.layout.pack(pack.sha256))")
    #expect(result.status == 0, "\(result.output)")
    try expectSame(fixture, topTime: !extract.hasPrefix("bsdtar"))
  }

  /// bsdtar leaves the time of the directory that it extracts into as it is.
  private func expectSame(_ fixture: Fixture, topTime: Bool) throws {
    var before = try TreeState(fixture.scratch("source"), seconds: true)
    var after = try TreeState(fixture.scratch("out"), seconds: true)
    if !topTime {
      before.nodes[[]]?.modified = 0
      after.nodes[[]]?.modified = 0
    }
    #expect(after.differences(from: before) == [])
  }

  @Test func ownersBeyondSevenOctalDigitsAreKept() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    #expect(chown(fixture.scratch("source/file"), 3_000_000_000, 2_500_000) == 0)
    let record = try await fixture.backUp(fixture.scratch("source"))
    mkdir(fixture.scratch("out"), 0o700)
    let pack = try #require(record.packs.first)
    let result = shell("cd \(fixture.scratch("out")) && tar -xzpf \(fixture.layout.pack(pack.sha256))")
    #expect(result.status == 0, "\(result.output)")
    let before = try TreeState(fixture.scratch("source"), seconds: true)
    let differences = try TreeState(fixture.scratch("out"), seconds: true).differences(from: before)
    #expect(differences == [])
  }

  @Test func gzipAndSha256sumAgree() async throws {
    let fixture = Fixture()
    SampleTrees.everything(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    for pack in record.packs {
      let path = fixture.layout.pack(pack.sha256)
      #expect(shell("gzip -t < \(path)").status == 0)
      #expect(shell("sha256sum \(path)").output.hasPrefix(pack.sha256.description))
    }
    let manifest = fixture.layout.manifest(record.manifest.sha256)
    #expect(shell("sha256sum \(manifest)").output.hasPrefix(record.manifest.sha256.description))
    let root = shell("zcat \(manifest) | head -n -1 | sha256sum").output.prefix(64)
    #expect(shell("zcat \(manifest) | tail -n 1").output.contains(root))
  }

  @Test func theSealIsCheckedByHandAsDocumented() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    let record = try await fixture.backUp(fixture.scratch("source"))
    let path = fixture.layout.record(record.id, of: fixture.database)
    let zeros = String(repeating: "0", count: 64)
    let sum = shell("sed 's/^  \"seal\" : \"[0-9a-f]*\"/  \"seal\" : \"\(zeros)\"/' \(path) | sha256sum")
      .output
    #expect(sum.hasPrefix(record.seal.description))
  }
}
