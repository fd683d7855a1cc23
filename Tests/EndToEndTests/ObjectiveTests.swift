import DrplanTestKit
import FoundationEssentials
import HostSystem
import Testing
import Values

/// When objectives count as met.
struct ObjectiveTests {
  private func ago(_ seconds: Int64) -> String {
    Timestamp(nanoseconds: HostClock().now.nanoseconds - seconds * 1_000_000_000).rfc3339Exact
  }

  @Test func anOlderSnapshotThanTheRPOAllowsMissesItByItsNumber() async throws {
    try await Shop.run { shop in
      try shop.plan(objectives: "{rto: 15m, rpo: 1ms}")
      try await shop.backUp()
      let disruption = ago(0)
      let result = try await shop.recover("--disrupted-at", disruption)
      #expect(result.status == 3, "\(result)")
      let record = try result.json()
      let rpo = record["objectives"]["rpo"]
      let text = try #require(record["databases"].first("name", "orders")["consistentAt"].string)
      let point = try #require(Timestamp(rfc3339: text))
      let lost = point.distance(to: try #require(Timestamp(rfc3339: disruption)))
      #expect(rpo["verdict"].string == "Missed")
      #expect(abs(try #require(rpo["actualSeconds"].number) - lost / .seconds(1)) < 0.001)
      #expect(record["objectives"]["rto"]["verdict"].string == "Met")
      #expect(record["result"].string == "Recovered")
      let report = try await shop.session.drplan("runs", "report", "latest")
      #expect(report.text.contains("over the 1 ms"), "\(report)")
    }
  }

  @Test func aDeclarationAnHourAgoMissesTheRTO() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let result = try await shop.recover("--declared-at", ago(3600))
      #expect(result.status == 3, "\(result)")
      let rto = try result.json()["objectives"]["rto"]
      #expect(rto["verdict"].string == "Missed")
      #expect(try #require(rto["actualSeconds"].number) >= 3600)
    }
  }

  @Test func aSnapshotAfterTheDisruptionDoesNotMeetTheRPO() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let result = try await shop.recover("--disrupted-at", ago(3600))
      // Such a snapshot may hold the disaster itself.
      #expect(result.status == 3, "\(result)")
      let rpo = try result.json()["objectives"]["rpo"]
      #expect(rpo["verdict"].string == "Unmeasured", "\(rpo)")
      #expect(rpo["reason"].string != nil)
    }
  }

  @Test func theNewestSnapshotAtAnInstantIsChosen() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let between = ago(0)
      try await shop.lose()
      try await shop.backUp()
      try shop.plan(
        Shop.usualSteps.replacing(
          "{database: orders}", with: "{database: orders, backup: \"${params.point}\"}"),
        sections: "params: {point: {type: RecoveryPoint, default: Latest}}\n")
      let result = try await shop.recover("--param", "point=\(between)")
      #expect(result.status == 0, "\(result)")
      #expect(try await shop.orders() == 20)
    }
  }

  @Test func aPlanThatProvesNothingIsRefused() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try shop.plan(Shop.restoreOrders)
      let before = try shop.live()
      let result = try await shop.recover()
      #expect(result.status == 2, "\(result)")
      #expect(try result.json()["diagnostics"][0]["code"].string == "DRP403")
      #expect(try shop.live() == before)
    }
  }

  @Test func aPlanWithoutRestoreAndProofIsUnmeasured() async throws {
    try await Shop.run { shop in
      try shop.session.write(
        """
        apiVersion: drplan/v1
        kind: RecoveryPlan
        name: bare
        objectives: {rto: 15m, rpo: 5m}
        steps: [{id: nothing, action: RunCommand, with: {command: ["true"]}}]
        """, to: "plan.yaml")
      let result = try await shop.recover()
      #expect(result.status == 3, "\(result)")
      let objectives = try result.json()["objectives"]
      #expect(objectives["rto"]["verdict"].string == "Unmeasured")
      #expect(objectives["rpo"]["verdict"].string == "Unmeasured")
      #expect(objectives["rto"]["actualSeconds"] == .null)
    }
  }

  @Test func instantsThatCannotBeAreRefused() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let before = try shop.everything()
      for arguments in [
        ["--declared-at", "2999-01-01T00:00:00Z"], ["--declared-at", "noon"],
        ["--declared-at", ago(60), "--disrupted-at", ago(30)],
      ] {
        let result = try await shop.session.start(["run", "plan.yaml"] + arguments).wait()
        #expect(result.status == 2, "\(result)")
      }
      #expect(try shop.everything() == before)
    }
  }
}
