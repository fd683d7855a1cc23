import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// What a run does when the repository is not what it was.
struct DamageTests {
  /// The run fails, says all of `words`, and leaves the live data as it was with nothing beside it.
  private func fails(
    _ shop: Shop, saying words: [String], sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = try shop.live()
    let result = try await shop.session.drplan("run", "plan.yaml")
    #expect(result.status == 1, "\(result)", sourceLocation: sourceLocation)
    let said = result.text + result.errorText
    for word in words {
      #expect(said.contains(word), "no \(word)\n\(result)", sourceLocation: sourceLocation)
    }
    #expect(try shop.live() == before, sourceLocation: sourceLocation)
    #expect(shop.staging().isEmpty, sourceLocation: sourceLocation)
  }

  private func ordersOnly(_ shop: Shop) async throws {
    try shop.plan(Shop.restoreOrders + Shop.verifyOrders)
    try await shop.backUp()
    try await shop.sql("delete from orders where id > 5")
  }

  @Test func aFlippedByteIsFoundBeforeAnythingLiveIsTouched() async throws {
    try await Shop.run { shop in
      try await ordersOnly(shop)
      let pack = try shop.stored("packs", ".tar.gz")
      var bytes = shop.session.bytes(pack)
      bytes[bytes.count / 2] ^= 0x10
      try shop.session.write(bytes, to: pack)
      try await fails(shop, saying: [String(pack.dropFirst("backups/".count)), "block 0"])
    }
  }

  @Test func aTruncatedPackIsFoundBeforeAnythingLiveIsTouched() async throws {
    try await Shop.run { shop in
      try await ordersOnly(shop)
      let pack = try shop.stored("packs", ".tar.gz")
      try shop.session.write(shop.session.bytes(pack).dropLast(200), to: pack)
      try await fails(shop, saying: [String(pack.dropFirst("backups/".count))])
    }
  }

  @Test func aMissingPackIsFoundBeforeAnythingLiveIsTouched() async throws {
    try await Shop.run { shop in
      try await ordersOnly(shop)
      let pack = try shop.stored("packs", ".tar.gz")
      try FileManager.default.removeItem(atPath: shop.session.path(pack))
      try await fails(shop, saying: [String(pack.dropFirst("backups/".count))])
    }
  }

  @Test func anEditedManifestIsFoundBeforeAnythingLiveIsTouched() async throws {
    try await Shop.run { shop in
      try await ordersOnly(shop)
      let manifest = try shop.stored("manifests", ".jsonl.gz")
      var bytes = shop.session.bytes(manifest)
      bytes[bytes.count / 2] ^= 0x01
      try shop.session.write(bytes, to: manifest)
      try await fails(shop, saying: [String(manifest.dropFirst("backups/".count))])
    }
  }

  @Test func aRecordEditedByHandIsFoundBeforeAnythingLiveIsTouched() async throws {
    try await Shop.run { shop in
      try await ordersOnly(shop)
      let record = try shop.stored("series", ".json")
      let text = shop.session.read(record)
      let edited = text.replacing("\"orders\" : 20", with: "\"orders\" : 21")
      try #require(edited != text, "\(text)")
      try shop.session.write(edited, to: record)
      try await fails(shop, saying: [String(record.split(separator: "/").last ?? "")])
    }
  }

  @Test func anOlderSnapshotIsTakenOnlyWithANoteOfTheDamagedOne() async throws {
    try await Shop.run { shop in
      try await ordersOnly(shop)
      let older = try shop.stored("series", ".json")
      try await shop.backUp()
      let folder = String(older[..<(older.lastIndex(of: "/") ?? older.endIndex)])
      let newer = try #require(shop.session.names(in: folder).map { "\(folder)/\($0)" }.first { $0 != older })
      try shop.session.write(shop.session.bytes(newer).dropLast(20), to: newer)
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      let notes = try result.json()["steps"].first("id", "restore-orders")["notes"].list.compactMap(\.string)
      #expect(
        notes.contains { $0.contains(newer.dropFirst("backups/".count)) && $0.contains("damaged") },
        "\(notes)")
      #expect(try await shop.orders() == 20)
      let listed = try await shop.session.drplan("snapshots", "list", "plan.yaml")
      #expect(listed.status == 1 && listed.text.contains("damaged"))
    }
  }

  @Test func verifyNamesWhatIsDamaged() async throws {
    try await Shop.run { shop in
      try await ordersOnly(shop)
      #expect(try await shop.session.drplan("snapshots", "verify", "backups").status == 0)
      let pack = try shop.stored("packs", ".tar.gz")
      var bytes = shop.session.bytes(pack)
      bytes[bytes.count / 2] ^= 0x10
      try shop.session.write(bytes, to: pack)
      let result = try await shop.session.drplan("snapshots", "verify", "backups", "--format", "json")
      #expect(result.status == 1, "\(result)")
      let snapshot = try result.json()["snapshots"][0]
      #expect(snapshot["intact"] == .bool(false), "\(result)")
    }
  }

  @Test func withoutSnapshotNothingIsChangedAndTheRemedyIsNamed() async throws {
    try await Shop.run { shop in
      // A repository that holds another database's snapshots only.
      _ = try await shop.session.drplan("backup", "plan.yaml", "files")
      let before = try shop.everything().filter { !$0.hasPrefix("state") }
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 1, "\(result)")
      #expect(result.errorText.contains("orders"))
      #expect(result.errorText.contains("drplan backup plan.yaml"), "\(result)")
      #expect(result.errorText.contains("nothing was changed"))
      #expect(try shop.everything().filter { !$0.hasPrefix("state") } == before)
    }
  }

  @Test func withoutRepositoryNothingIsChangedAndTheRemedyIsNamed() async throws {
    try await Shop.run { shop in
      let before = try shop.live()
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["error"]["exitCode"].number == 1)
      #expect(result.text.contains("drplan backup plan.yaml"), "\(result)")
      #expect(try shop.live() == before)
      #expect(shop.journals().isEmpty)
    }
  }

  @Test func aFullDiskLeavesTheLiveDataAsItWas() async throws {
    try await Shop.run { shop in
      let disk = try FaultyDisk(shop.session, "small", kibibytes: 4096)
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders, data: "small")
      try await shop.sql(
        "create table orders(id integer primary key, total)",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20) insert into orders select i, randomblob(40000) from n",
        file: "small/orders.db")
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5", file: "small/orders.db")
      try disk.fill(leaving: 128 << 10)
      let before = try CLITree.listing(disk.path)
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 1, "\(result)")
      #expect((result.text + result.errorText).contains("free"), "\(result)")
      #expect(try CLITree.listing(disk.path) == before)
    }
  }

  @Test func aDiskThatFillsDuringTheRestoreLeavesTheLiveDataAsItWas()
    async throws
  {
    try await Shop.run { shop in
      let disk = try FaultyDisk(shop.session, "small", kibibytes: 4096)
      try await shop.sql(
        "create table orders(id integer primary key, total)",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20) insert into orders select i, randomblob(40000) from n",
        file: "small/orders.db")
      // The first look finds room; the step before the restore takes it.
      try shop.plan(
        """
          - id: eat
            action: RunCommand
            with: {command: [dd, if=/dev/zero, of=ballast, bs=4k, status=none], workingDirectory: small, successCodes: [0, 1]}

        """ + Shop.restoreOrders.replacing("needs: []", with: "needs: [eat]") + Shop.verifyOrders,
        data: "small")
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5", file: "small/orders.db")
      let before = try CLITree.listing(disk.path)
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 1, "\(result)")
      #expect(try CLITree.listing(disk.path, leavingOut: ["ballast"]) == before, "\(result)")
    }
  }

  @Test func aRunThatCannotBeRecordedChangesNothing() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let disk = try FaultyDisk(shop.session, "full", kibibytes: 64)
      try disk.fill()
      let before = try shop.live()
      let result = try await shop.session.drplan("run", "plan.yaml", "--state", disk.path)
      #expect(result.status == 1, "\(result)")
      #expect(result.errorText.contains("--state"), "\(result)")
      #expect(try shop.live() == before)
    }
  }

  @Test func aStateThatFillsUpStopsTheRunAndIsTold() async throws {
    try await Shop.run { shop in
      let disk = try FaultyDisk(shop.session, "state", kibibytes: 256)
      try shop.plan(
        """
          - id: eat
            action: RunCommand
            with: {command: [dd, if=/dev/zero, of=ballast, bs=1k, status=none], workingDirectory: state, successCodes: [0, 1]}

        """ + Shop.restoreOrders.replacing("needs: []", with: "needs: [eat]") + Shop.verifyOrders)
      let backup = try await shop.session.drplan("backup", "plan.yaml", "--state", shop.session.path("other"))
      try #require(backup.status == 0, "\(backup)")
      let before = try shop.live()
      let result = try await shop.session.drplan("run", "plan.yaml", "--state", disk.path)
      #expect(result.status == 1, "\(result)")
      #expect(result.errorText.contains("could not be recorded"), "\(result)")
      #expect(try shop.live() == before)
    }
  }
}
