import DrplanTestKit
import FoundationEssentials
import Testing

/// Dry runs, and runs refused before anything is touched.
struct DryRunTests {
  @Test(arguments: ["static", "probe"]) func aDryRunChangesNothingOnDisk(_ depth: String) async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try await shop.lose()
      try FileManager.default.removeItem(atPath: shop.session.state)
      let before = try shop.everything()
      let result = try await shop.recover("--dry-run=\(depth)")
      #expect(result.status == 0, "\(result)")
      #expect(try shop.everything() == before)
      #expect(try await shop.session.drplan("run", "plan.yaml", "--dry-run=\(depth)").status == 0)
      #expect(try shop.everything() == before)
    }
  }

  @Test(arguments: ["static", "probe"]) func nothingInADryRunEverPassed(_ depth: String) async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let result = try await shop.recover("--dry-run=\(depth)")
      let record = try result.json()
      let known: Set = ["checked", "would-run", "blocked", "not-checkable", "skipped-by-mode"]
      #expect(record["steps"].list.count == 3)
      for step in record["steps"].list {
        #expect(known.contains(step["state"].string ?? ""))
        for finding in step["findings"].list { #expect(known.contains(finding["state"].string ?? "")) }
      }
    }
  }

  @Test func aProbeThatFindsNoSnapshotIsBlockedAndExits1() async throws {
    try await Shop.run { shop in
      let before = try shop.everything()
      let result = try await shop.recover("--dry-run=probe")
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["steps"].first("id", "restore-orders")["state"].string == "blocked")
      #expect(try shop.everything() == before)
    }
  }

  @Test func theWrongNameInConfirmIsRefused() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let before = try shop.everything()
      let result = try await shop.session.drplan("run", "plan.yaml", "--confirm", "orders")
      #expect(result.status == 2)
      #expect(result.errorText.contains("`shop`") && result.errorText.contains("`orders`"))
      #expect(try shop.everything() == before)
      #expect(try await shop.session.drplan("run", "plan.yaml", "--confirm", "shop").status == 0)
    }
  }
}
