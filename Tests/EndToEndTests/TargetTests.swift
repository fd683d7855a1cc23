import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

/// Targets that are not what the plan means, or not what they were when the run began.
struct TargetTests {
  private func inShop(_ body: @escaping @Sendable (Shop) async throws -> Void) async throws {
    try await Shop.run { shop in
      try await shop.sql("pragma application_id = 1329")
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders)
      try await shop.backUp()
      try await body(shop)
    }
  }

  /// The plan with an identity of the orders.
  private func state(_ identity: String, _ shop: Shop) throws {
    let text = shop.session.read("plan.yaml")
    try #require(text.contains("orders.db}}"))
    try shop.session.write(text.replacing("orders.db}}", with: "orders.db}, \(identity)}"), to: "plan.yaml")
  }

  /// What a look shows, in the form to paste into the plan.
  private func seen(_ shop: Shop) async throws -> CLIJSON {
    let probe = try await shop.recover("--dry-run=probe")
    let findings = try probe.json()["steps"].first("id", "restore-orders")["findings"]
    return findings.first("subject", "identity of orders")
  }

  @Test func whatALookShowsIsWhatThePlanCanSayAndTheRunSaw() async throws {
    try await inShop { shop in
      let look = try await seen(shop)
      let identity = try #require(look["detail"].string)
      #expect(look["state"].string == "checked")
      #expect(identity.hasPrefix("identity: {applicationId: 1329, fileSystem: \""))
      #expect(identity.hasSuffix("\", kind: File}"))
      try state(identity, shop)
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      // Once before the swap, once after: what was restored is another file.
      #expect(shop.journals()[0].components("\"identity\":{").count == 3)
    }
  }

  @Test func whatIsGoneOrDamagedIsNoReasonNotToRecover() async throws {
    try await inShop { shop in
      try state(try #require(try await seen(shop)["detail"].string), shop)
      try FileManager.default.removeItem(atPath: shop.session.path("data/orders.db"))
      let gone = try await shop.recover()
      #expect(gone.status == 0, "\(gone)")
      #expect(try await shop.orders() == 20)
      try shop.session.write("this was a database", to: "data/orders.db")
      let damaged = try await shop.recover()
      #expect(damaged.status == 0, "\(damaged)")
      #expect(try await shop.orders() == 20)
    }
  }

  @Test func anotherDatabaseThanThePlanMeansIsRefusedBeforeAnything() async throws {
    try await inShop { shop in
      try state("identity: {applicationId: 1329}", shop)
      try await shop.sql("pragma application_id = 7")
      let before = try shop.live()
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(result.text.contains("`applicationId` of database `orders` must be `1329` and is `7`"))
      #expect(try shop.live() == before)
      #expect(shop.journals().isEmpty)
    }
  }

  @Test func anotherFileSystemIsRefusedThoughNothingStandsThere() async throws {
    try await inShop { shop in
      var template = Array("/dev/shm/drplan-target-XXXXXX".utf8CString)
      try #require(mkdtemp(&template) != nil)
      let elsewhere = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
      // Gone with the machine's memory at the latest.
      defer { try? FileManager.default.removeItem(atPath: elsewhere) }
      try state(try #require(try await seen(shop)["detail"].string), shop)
      try FileManager.default.moveItem(
        atPath: shop.session.path("data"), toPath: shop.session.path("mounted"))
      try FileManager.default.createSymbolicLink(
        atPath: shop.session.path("data"), withDestinationPath: elsewhere)
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(result.text.contains("`fileSystem` of database `orders` must be "), "\(result)")
      #expect(try CLITree.listing(elsewhere).isEmpty)
    }
  }

  @Test func aTargetSwappedBetweenTwoStepsIsNotTouched() async throws {
    try await inShop { shop in
      let swap = """
          - id: swap
            action: RunCommand
            needs: [restore-orders]
            with: {command: [mv, other.db, data/orders.db]}

          - id: restore-again
            action: RestoreDatabase
            needs: [swap]
            retry: {maxAttempts: 5}
            with: {database: orders}

        """
      try shop.plan(
        Shop.restoreOrders + swap + Shop.verifyOrders.replacing("[restore-orders]", with: "[restore-again]"))
      try await shop.sql("create table other(id)", "pragma application_id = 7", file: "other.db")
      let other = shop.session.bytes("other.db")
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      let step = try result.json()["steps"].first("id", "restore-again")
      #expect(step["state"].string == "Failed")
      #expect(step["attempts"].number == 1)
      #expect(result.text.contains("WrongTarget"), "\(result)")
      #expect(result.text.contains("was `1329` and is `7` now"), "\(result)")
      #expect(shop.session.bytes("data/orders.db") == other)
    }
  }
}

extension String {
  fileprivate func components(_ separator: String) -> [Substring] {
    var parts: [Substring] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(rest[..<range.lowerBound])
      rest = rest[range.upperBound...]
    }
    return parts + [rest]
  }
}
