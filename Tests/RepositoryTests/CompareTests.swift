import BackendKit
import Glibc
import HostSystem
import Testing
import Values

@testable import Repository

@Suite struct CompareTests {
  private func compare(_ fixture: Fixture, _ record: SnapshotRecord, _ name: String) async throws
    -> ComparisonSummary
  {
    try await fixture.repository.compare(record.id, of: fixture.database, with: fixture.scratch(name)) { _ in
    }
  }

  @Test func anUntouchedTreeIsIdentical() async throws {
    let fixture = Fixture()
    SampleTrees.everything(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    let summary = try await compare(fixture, record, "source")
    #expect(summary.differences == [])
    #expect(summary.files == record.files)
    _ = try await fixture.restore(record)
    #expect(try await compare(fixture, record, "restored").isIdentical)
  }

  @Test func everyKindOfDifferenceIsNamed() async throws {
    let fixture = Fixture()
    let tree = TreeMaker(fixture.scratch("source"))
    var random = Seeded(1)
    tree.directory("d")
    tree.directory("gone")
    tree.file("gone/file", [1])
    tree.file("d/small", random.text(50))
    tree.file("large", random.text(20_000))
    tree.file("longer", random.text(50))
    tree.file("mode", [1])
    tree.file("type", [1])
    tree.link("link", to: "a")
    tree.hardLink("second", to: "mode")
    tree.sparse("sparse", size: 100_000, data: [(50_000, [1])])
    let record = try await fixture.backUp(fixture.scratch("source"))

    unlink(fixture.scratch("source/gone/file"))
    rmdir(fixture.scratch("source/gone"))
    tree.file("d/small", random.bytes(50))
    poke(fixture.scratch("source/large"), 4096 * 2 + 5)
    poke(fixture.scratch("source/sparse"), 4096 * 3)
    tree.file("longer", random.text(51))
    chmod(fixture.scratch("source/mode"), 0o600)
    unlink(fixture.scratch("source/type"))
    tree.directory("type")
    tree.file("type/inside", [1])
    unlink(fixture.scratch("source/link"))
    tree.link("link", to: "b")
    unlink(fixture.scratch("source/second"))
    tree.file("second", [1])
    tree.file("-extra", [1])
    tree.file("zz-extra", [1])

    let found = try await compare(fixture, record, "source").differences
    let expected: [ComparisonSummary.Difference] = [
      .init(path: "-extra", kind: .extra), .init(path: "d/small", kind: .content(block: 0)),
      .init(path: "gone", kind: .missing), .init(path: "gone/file", kind: .missing),
      .init(path: "large", kind: .content(block: 2)), .init(path: "link", kind: .target),
      .init(path: "longer", kind: .size(expected: 50, actual: 51)),
      .init(path: "mode", kind: .mode(expected: 0o644, actual: 0o600)),
      .init(path: "second", kind: .hardLink),
      .init(path: "sparse", kind: .content(block: 0)),
      .init(path: "type", kind: .type(expected: "file", actual: "directory")),
      .init(path: "type/inside", kind: .extra), .init(path: "zz-extra", kind: .extra),
    ]
    #expect(found == expected)
  }

  @Test func aTreeThatIsNotThereIsAnError() async throws {
    let fixture = Fixture()
    TreeMaker(fixture.scratch("source")).file("file", [1])
    let record = try await fixture.backUp(fixture.scratch("source"))
    await #expect(throws: SnapshotError.self) { try await compare(fixture, record, "nothing") }
  }

  @Test func onlyTheFirstThousandDifferencesAreListedButAllAreCounted() async throws {
    let fixture = Fixture(options: RepositoryOptions())
    let tree = TreeMaker(fixture.scratch("source"))
    let record = try await fixture.backUp(fixture.scratch("source"))
    for index in 10_000..<15_000 { tree.file("f\(index)", []) }
    let summary = try await compare(fixture, record, "source")
    #expect(summary.differenceCount == 5000)
    #expect(summary.differences.count == 1000)
    #expect(summary.differences.first?.path == "f10000" && summary.differences.last?.path == "f10999")
  }

  private func poke(_ path: String, _ offset: Int) {
    let descriptor = open(path, O_RDWR)
    var byte: UInt8 = 0
    pread(descriptor, &byte, 1, offset)
    byte ^= 0xff
    pwrite(descriptor, &byte, 1, offset)
    close(descriptor)
  }
}
