import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Runs that cannot be carried on as asked: refused, with nothing changed.
struct ResumeRefusalTests {
  private func failed(_ shop: Shop, _ before: String = "") async throws {
    try shop.plan(
      Shop.restoreOrders + before
        + Shop.counted("gate", needs: ["restore-orders"], then: "test -e mended", more: "onFailure: Pause")
        + Shop.verifyOrders.replacing("[restore-orders]", with: "[gate]"))
    try await shop.backUp()
    try #require(try await shop.recover().status == 5)
  }

  @Test func aRunThatRecovered() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try #require(try await shop.recover().status == 0)
      try await shop.requireRefused(["resume", "latest"], "has recovered: there is nothing to carry on")
    }
  }

  @Test(arguments: [
    (["--skip", "gat"], "did you mean `gate`?"), (["--done", "restore-orders"], "the step has succeeded"),
    (["--retry", "verify", "--skip", "verify"], "is decided on twice"),
    (["--abort", "--skip", "gate"], "nothing to decide about single steps"),
    (["--done", "verify"], "the step has never begun"),
  ])
  func aDecisionThatMakesNoSense(_ arguments: [String], _ words: String) async throws {
    try await Shop.run { shop in
      try await failed(shop)
      try await shop.requireRefused(["resume", "latest"] + arguments, words)
    }
  }

  @Test func nobodysWordStandsForWhatChecksFind() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + Shop.verifyOrders
          + "        - {type: Query, database: orders, sql: \"select count(*) from orders\", expect: {equals: 21}}\n"
      )
      try await shop.backUp()
      try #require(try await shop.recover().status == 1)
      try await shop.requireRefused(
        ["resume", "latest", "--done", "verify"], "the step makes checks, and nobody's word stands for")
      let skipped = try await shop.resume("--skip", "verify")
      #expect(skipped.status == 1, "\(skipped)")
      #expect(try skipped.json()["objectives"]["rto"]["verdict"].string == "Unmeasured")
    }
  }

  @Test(arguments: ["--skip", "--done"])
  func aStepWhoseOutputsAnotherUsesHasToRun(_ option: String) async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + Shop.counted("gate", needs: ["restore-orders"], then: "echo key; test -e mended")
          + Shop.step("use", needs: ["gate"], "echo ${steps.gate.outputs.stdout} > used")
          + Shop.verifyOrders.replacing("[restore-orders]", with: "[use]"))
      try await shop.backUp()
      try #require(try await shop.recover().status == 1)
      try await shop.requireRefused(
        ["resume", "latest", option, "gate"], "step `use` uses `${steps.gate.outputs.stdout}`")
      let both = try await shop.resume(option, "gate", "--skip", "use")
      #expect(both.status == 4, "\(both)")
      #expect(!shop.session.exists("used"))
    }
  }

  @Test func nobodyAnswersForThePeopleThatAStepAsks() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders
          + "  - {id: ask, action: Approve, needs: [restore-orders], timeout: 5m, with: {prompt: Now?}}\n"
          + Shop.verifyOrders.replacing("[restore-orders]", with: "[ask]"))
      try await shop.backUp()
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(
        await CLIDeadline.holds {
          shop.journals().last?.contains("approvalRequested") == true || run.hasEnded
        })
      run.signal(SIGINT)
      #expect(try await run.wait().status == 130)
      try await shop.requireRefused(
        ["resume", "latest", "--done", "ask"], "the step asks people, and nobody answers for them")
    }
  }

  @Test func aDrill() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let drill = try await shop.session.drplan("drill", "plan.yaml")
      try #require(drill.status == 0, "\(drill)")
      try await shop.requireRefused(["resume", "latest"], "is a drill: drills are not carried on")
      try await shop.requireRefused(["rollback", "latest"], "is a drill")
    }
  }

  @Test func aRunThatGoesOn() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.step("wait", "touch running; while [ ! -e go ]; do sleep 0.02; done")
          + Shop.restoreOrders
          .replacing("needs: []", with: "needs: [wait]") + Shop.verifyOrders)
      try await shop.backUp()
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      for verb in ["resume", "rollback"] {
        let result = try await shop.session.drplan(verb, "latest")
        #expect(result.status == 11, "\(result)")
        #expect(result.errorText.contains("goes on in another process"), "\(result)")
      }
      let commit = try await shop.session.drplan("commit", "latest")
      #expect(commit.status != 0, "\(commit)")
      try shop.touch("go")
      let result = try await run.wait()
      #expect(result.status == 0, "\(result)")
      try await shop.requireIntact()
    }
  }

  @Test func aJournalThatWasChanged() async throws {
    try await Shop.run { shop in
      try await failed(shop)
      let name = "state/runs/\(try shop.lastRun())/journal.jsonl"
      try shop.session.write(
        shop.session.read(name).replacing("\"attempt\":1", with: "\"attempt\":2"), to: name)
      for verb in ["resume", "rollback"] {
        try await shop.requireRefused([verb, "latest"], "cannot be relied on")
      }
    }
  }

  @Test func noSuchRun() async throws {
    try await Shop.run { shop in
      for verb in ["resume", "rollback", "commit"] {
        let result = try await shop.session.drplan(verb, "latest")
        #expect(result.status == 1, "\(result)")
        #expect(result.errorText.contains("drplan runs list"), "\(result)")
      }
    }
  }
}
