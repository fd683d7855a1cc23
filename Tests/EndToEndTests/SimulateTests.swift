import DrplanTestKit
import FoundationEssentials
import Testing

/// `drplan simulate`: forecasts, faults and findings, from the plan and from earlier runs.
struct SimulateTests {
  /// A step that nobody is told of when it fails, and that may hang as long as the RTO.
  private static let noWayOut = """
      - id: restore-orders
        action: RestoreDatabase
        needs: []
        estimate: 20s
        timeout: 2m
        with: {database: orders}
      - id: warm-up
        action: RunCommand
        needs: [restore-orders]
        estimate: 10s
        with: {command: [/bin/true]}
      - id: verify
        action: VerifyIntegrity
        needs: [warm-up]
        estimate: 30s
        timeout: 1m
        with:
          checks:
            - {type: EngineCheck, database: orders}

    """
  private static let told = """
    finally:
      - id: close-out
        action: NotifyStakeholders
        estimate: 1s
        timeout: 10s
        with: {channels: [room], message: "It is over."}

    """
  private static let room = """
    channels:
      room: {type: File, path: told.jsonl}

    """

  /// The plan above mended.
  private static var mended: String {
    noWayOut.replacing("estimate: 10s\n", with: "estimate: 10s\n    timeout: 1m\n") + told
  }

  @Test func aPlantedStepWithNoWayOutIsFound() async throws {
    try await Shop.run { shop in
      try shop.plan(Self.noWayOut + Self.told, sections: Self.room)
      let result = try await shop.session.drplan("simulate", "plan.yaml", "--format", "json")
      #expect(result.status == 1, "\(result)")
      let findings = try result.json()["findings"].list
      #expect(findings.count == 1)
      #expect(findings.first?["name"].string == "rto-lost-by-waiting")
      #expect(findings.first?["steps"].list.compactMap(\.string) == ["warm-up"])

      try shop.plan(Self.mended, sections: Self.room)
      let better = try await shop.session.drplan("simulate", "plan.yaml", "--format", "json")
      #expect(better.status == 0, "\(better)")
      #expect(try better.json()["findings"].list.isEmpty)
    }
  }

  @Test func aPlanThatTellsNobodyHasNoWayOut() async throws {
    try await Shop.run { shop in
      try shop.plan(Self.noWayOut)
      let result = try await shop.session.drplan("simulate", "plan.yaml")
      #expect(result.status == 1, "\(result)")
      #expect(result.text.contains("nobody-told") && result.text.contains("NOBODY"))
    }
  }

  @Test func theTextIsAsExpected() async throws {
    try await Shop.run { shop in
      try shop.plan(Self.noWayOut + Self.told, sections: Self.room)
      let result = try await shop.session.drplan("simulate", "plan.yaml", "--runs", "200", "--seed", "3")
      #expect(result.text.split(separator: "\n").allSatisfy { $0.count <= 100 })
      try assertGolden(
        result.text, "simulate/no-way-out.txt", testFile: "/\(GoldenPlanTests.tests)/Golden.swift")
    }
  }

  @Test func anObjectiveMissedInTheExpectedCaseExits3() async throws {
    try await Shop.run { shop in
      // Nothing but the number of places keeps two steps of 20 seconds from running side by side.
      let second = Self.mended.replacing(
        "- id: warm-up",
        with: "- {id: other, action: RunCommand, needs: [], estimate: 20s, timeout: 20s, "
          + "with: {command: [/bin/true]}}\n  - id: warm-up"
      ).replacing("needs: [restore-orders]", with: "needs: [restore-orders, other]")
        .replacing("timeout: 2m", with: "timeout: 20s").replacing("timeout: 1m", with: "timeout: 30s")
        .replacing("estimate: 30s\n    timeout: 30s", with: "estimate: 30s\n    timeout: 40s")
      try shop.plan(second, objectives: "{rto: 1m30s, rpo: 5m}", sections: Self.room)
      let steps = ["--step", "close-out"]
      let wide = try await shop.session.start(["simulate", "plan.yaml"] + steps).wait()
      #expect(wide.status == 0, "\(wide)")
      try shop.plan(
        second.replacing("estimate: 10s", with: "estimate: 25s"), objectives: "{rto: 1m30s, rpo: 5m}",
        sections: Self.room)
      let narrow = try await shop.session.start(["simulate", "plan.yaml", "--parallel", "1"] + steps).wait()
      #expect(narrow.status == 3, "\(narrow)")
      #expect(narrow.text.contains("over the RTO"))
    }
  }

  @Test func simulatingTouchesNothing() async throws {
    try await Shop.run { shop in
      try shop.plan(Self.mended, sections: Self.room)
      let before = try shop.everything()
      let result = try await shop.session.drplan("simulate", "plan.yaml")
      #expect(result.status == 0, "\(result)")
      #expect(try shop.everything() == before)
    }
  }

  @Test func earlierRunsAreMeasuredAndNamedAsTheBasis() async throws {
    try await Shop.run { shop in
      try shop.plan(Self.mended, sections: Self.room)
      try await shop.backUp()
      for _ in 1...2 { #expect(try await shop.recover().status == 0) }

      let record = try await shop.session.drplan("simulate", "plan.yaml", "--format", "json").json()
      #expect(record["historyRuns"].number == 2)
      for step in record["steps"].list {
        #expect(step["basis"].string == "History", "\(step)")
        #expect(step["runs"].number == 2)
        #expect((step["expectedSeconds"].number ?? 99) < 10, "measured, not estimated")
      }
      #expect(record["chance"]["runs"].number == 1000)
      #expect(record["chance"]["met"].number == 1000)

      let text = try await shop.session.drplan("simulate", "plan.yaml").text
      #expect(text.contains("4 of 4 steps measured in 2 earlier runs"), "\(text)")

      let without = try await shop.session.drplan("simulate", "plan.yaml", "--no-history").text
      #expect(without.contains("estimates only"), "\(without)")

      // The same step, defined otherwise, is a weaker guess, and said to be one.
      try shop.plan(
        Self.mended.replacing("command: [/bin/true]", with: "command: [/bin/true, --help]"),
        sections: Self.room)
      let edited = try await shop.session.drplan("simulate", "plan.yaml", "--format", "json").json()
      #expect(edited["steps"].first("id", "warm-up")["basis"].string == "EarlierDefinition")
      #expect(edited["steps"].first("id", "verify")["basis"].string == "History")
    }
  }

  @Test func aJournalThatWasChangedMeasuresNothingAndOneCutShortWhatItHolds() async throws {
    try await Shop.run { shop in
      try shop.plan(Self.mended, sections: Self.room)
      try await shop.backUp()
      for _ in 1...2 { #expect(try await shop.recover().status == 0) }
      let runs = shop.session.names(in: "state/runs").map { "state/runs/\($0)/journal.jsonl" }
      let lines = shop.session.read(runs[0]).split(separator: "\n", omittingEmptySubsequences: false)
      func record() async throws -> CLIJSON {
        try await shop.session.drplan("simulate", "plan.yaml", "--format", "json").json()
      }

      // Killed before its last steps: the first ones are measured all the same.
      let last = try #require(lines.lastIndex { $0.contains("restore-orders") })
      try shop.session.write(lines[...last].joined(separator: "\n") + "\n", to: runs[0])
      let cut = try await record()["steps"]
      #expect(cut.first("id", "restore-orders")["runs"].number == 2)
      #expect(cut.first("id", "close-out")["runs"].number == 1)

      let changed = lines.joined(separator: "\n").replacing("restore-orders", with: "restore-others")
      try shop.session.write(changed, to: runs[0])
      #expect(try await record()["historyRuns"].number == 1)

      // Runs of another plan in the same directory are not its history.
      try shop.plan(Self.mended, sections: Self.room, name: "shop-two")
      let other = try await shop.session.drplan("simulate", "shop-two.yaml", "--format", "json").json()
      #expect(other["historyRuns"].number == 0)
    }
  }

  @Test func wrongValuesAreRefused() async throws {
    try await Shop.run { shop in
      try shop.plan(Self.mended, sections: Self.room)
      for arguments in [
        ["--slow", "1"], ["--runs", "-1"], ["--step", "nobody"], ["--resume-after", "soon"], ["--seed", "x"],
      ] {
        let result = try await shop.session.start(["simulate", "plan.yaml"] + arguments).wait()
        #expect(result.status == 2, "\(arguments): \(result)")
      }
    }
  }
}
