import DrplanTestKit
import Testing

/// Runs of a part of a plan.
struct PartialRunTests {
  private static let announce = """
      - id: announce
        action: RunCommand
        needs: [verify]
        with: {command: [touch, announced]}

    finally:
      - id: close
        action: RunCommand
        with: {command: [touch, closed]}

    """

  private static let files =
    Shop.restoreFiles + """
        - id: verify-files
          action: VerifyIntegrity
          needs: [restore-files]
          with: {checks: [{type: Checksums, database: files}]}

      """

  private func states(_ result: CLIResult) throws -> [String: String] {
    var states: [String: String] = [:]
    for step in try result.json()["steps"].list {
      if let id = step["id"].string { states[id] = step["state"].string }
    }
    return states
  }

  @Test func skipLeavesOutOneStepAndTheRunEnds4WithTheReasonInTheReport() async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders + Self.announce)
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5")
      let result = try await shop.recover("--skip", "announce", "--reason", "told by phone")
      #expect(result.status == 4, "\(result)")
      #expect(
        try states(result) == [
          "restore-orders": "Succeeded", "verify": "Succeeded", "announce": "Skipped", "close": "Succeeded",
        ])
      #expect(!shop.session.exists("announced") && shop.session.exists("closed"))
      #expect(try await shop.orders() == 20)
      let report = try await shop.session.drplan("runs", "report", "latest")
      #expect(report.text.contains("  left out   announce (by --skip: told by phone)"), "\(report)")
      let markdown = try await shop.session.drplan("runs", "report", "latest", "--format", "markdown")
      #expect(markdown.text.contains("Left out: announce"), "\(markdown)")
    }
  }

  @Test func onlyRunsJustThatStepAndFinally() async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders + Self.announce)
      try await shop.backUp()
      let before = try shop.live()
      let result = try await shop.recover("--only", "announce")
      // Nothing proves a recovery in a run without the step that does.
      #expect(result.status == 1, "\(result)")
      #expect(
        try states(result) == [
          "restore-orders": "Skipped", "verify": "Skipped", "announce": "Succeeded", "close": "Succeeded",
        ])
      #expect(try shop.live() == before)
    }
  }

  @Test func fromRunsAStepAndAllAfterIt() async throws {
    try await Shop.run { shop in
      let warm =
        "  - id: warm\n    action: RunCommand\n    needs: []\n    with: {command: [touch, warmed]}\n\n"
      try shop.plan(warm + Shop.restoreOrders + Shop.verifyOrders)
      try await shop.backUp()
      let result = try await shop.recover("--from", "restore-orders")
      #expect(result.status == 4, "\(result)")
      #expect(
        try states(result) == ["warm": "Skipped", "restore-orders": "Succeeded", "verify": "Succeeded"])
      #expect(!shop.session.exists("warmed"))
    }
  }

  @Test func aMissedObjectiveOutweighsStepsLeftOut() async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders + Self.announce, objectives: "{rto: 15m, rpo: 0s}")
      try await shop.backUp()
      let result = try await shop.recover("--skip", "announce", "--disrupted-at", "2999-01-01T00:00:00Z")
      #expect(result.status == 2, "\(result)")
      let missed = try await shop.recover("--skip", "announce")
      #expect(missed.status == 3, "\(missed)")
    }
  }

  @Test func theLookBeforeTheStartDoesNotMissWhatIsLeftOut() async throws {
    try await Shop.run { shop in
      // Only the orders have a snapshot.
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders)
      try await shop.backUp()
      try shop.plan(Self.files + Shop.restoreOrders + Shop.verifyOrders)
      let whole = try await shop.recover()
      #expect(whole.status == 1 && whole.text.contains("nothing was changed"), "\(whole)")
      let part = try await shop.recover("--skip", "restore-files", "--skip", "verify-files")
      // What was not restored has no recovery point.
      #expect(part.status == 3, "\(part)")
      #expect(try part.json()["result"].string == "RecoveredWithExceptions")
      #expect(try part.json()["objectives"]["rpo"]["verdict"].string == "Unmeasured")
    }
  }

  @Test(arguments: [
    (["--skip", "restore-ordres"], "did you mean `restore-orders`?"),
    (["--skip", "close"], "which always runs"), (["--from", "restore-orders"], "nothing is left out"),
    (["--only", "verify", "--skip", "announce"], "cannot go with it"), (["--reason", "x"], "none are"),
  ])
  func whatMakesNoSenseIsRefusedBeforeAnythingIsTouched(_ arguments: [String], _ words: String) async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders + Self.announce)
      let result = try await shop.session.start(["run", "plan.yaml"] + arguments).wait()
      #expect(result.status == 2 && result.errorText.contains(words), "\(result)")
      #expect(!shop.session.exists("closed") && shop.journals().isEmpty)
    }
  }

  @Test func aDryRunShowsWhatIsLeftOut() async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders + Self.announce)
      let result = try await shop.session.drplan("run", "plan.yaml", "--dry-run", "--skip", "announce")
      #expect(result.status == 0, "\(result)")
      #expect(result.text.contains("left-out: left out by --skip"), "\(result)")
    }
  }
}
