// Over 300 lines: every way to answer, with the scene that all of them share.
import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// People who are asked while a run goes on, and answer from elsewhere.
///
/// The tests run as root: other people are played by root under sudo (`SUDO_USER`), and by giving an answer's file another
/// owner, which is what the kernel then says.
struct ApprovalTests {
  private static let people = (starter: ["SUDO_USER": "daemon"], other: ["SUDO_USER": "bin"])

  private func approval(_ keys: String, timeout: String = "5m", rest: String = "") -> String {
    """
      - id: approve-cutover
        action: Approve
        needs: []
        timeout: \(timeout)
    \(rest)    with: {prompt: "Switch over?", \(keys)}

    """
  }

  /// A plan that restores the orders and then asks.
  private func plan(_ shop: Shop, _ keys: String, timeout: String = "5m") throws {
    try shop.plan(
      approval(keys, timeout: timeout)
        + Shop.restoreOrders.replacing("needs: []", with: "needs: [approve-cutover]") + Shop.verifyOrders)
  }

  /// Starts a run by `daemon`, and returns when it has asked.
  private func asking(
    _ shop: Shop, _ keys: String, timeout: String = "5m", arguments: [String] = ["--format", "json"]
  ) async throws -> CLIProcess {
    try plan(shop, keys, timeout: timeout)
    try await shop.backUp()
    let run = try shop.session.start(["run", "plan.yaml"] + arguments, environment: Self.people.starter)
    try #require(
      await CLIDeadline.holds {
        shop.journals().last?.contains("approvalRequested") == true || run.hasEnded
      })
    try #require(!run.hasEnded, "\(run.soFar)")
    return run
  }

  private func approve(
    _ shop: Shop, _ arguments: String..., by person: [String: String] = people.other
  ) async throws -> CLIResult {
    try await shop.session.start(["approve", "latest"] + arguments, environment: person).wait()
  }

  private func step(_ record: CLIJSON) -> CLIJSON { record["steps"].first("id", "approve-cutover") }

  @Test func anApprovalFromAnotherTerminalLetsTheRunGoOn() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "from: [bin]")
      let listed = try await approve(shop, "--format", "json").json()
      #expect(listed["waiting"][0]["step"].string == "approve-cutover")
      #expect(listed["waiting"][0]["missing"].number == 1 && listed["goingOn"] == .bool(true))
      #expect((listed["waiting"][0]["secondsLeft"].number ?? 0) > 60)
      let answer = try await approve(shop, "approve-cutover", "--comment", "go ahead")
      #expect(answer.status == 0, "\(answer)")
      #expect(
        answer.text.contains("bin (as root) approves `approve-cutover`: on record; the step is approved"))
      let result = try await run.wait()
      #expect(result.status == 0, "\(result)")
      let record = try result.json()
      #expect(step(record)["state"].string == "Succeeded" && step(record)["phase"].string == "waiting")
      #expect(step(record)["outputs"]["approvers"].string == "bin (as root)")
      #expect(shop.journals().last?.contains("\"comment\":\"go ahead\"") == true)
      #expect(
        record["phases"]["shares"].list.contains { $0["phase"].string == "waiting" }, "\(record["phases"])")
      #expect(record["user"].string == "daemon (as root)")
      #expect(run.soFar.errorText.contains("= waiting for 1 of bin: drplan approve "), "\(run.soFar)")
    }
  }

  @Test func aNoFailsTheRunWithTheComment() async throws {
    try await Shop.run { shop in
      let before = try await shop.orders()
      let run = try await asking(shop, "quorum: 2")
      let answer = try await approve(shop, "approve-cutover", "--deny", "--comment", "not on a Friday")
      #expect(answer.status == 0 && answer.text.contains("denied and fails"), "\(answer)")
      let result = try await run.wait()
      #expect(result.status == 1, "\(result)")
      let error = step(try result.json())["error"]
      #expect(error["code"].string == "Denied")
      #expect(error["message"].string == "bin (as root) said no: not on a Friday")
      #expect(try await shop.orders() == before)
    }
  }

  @Test func noAnswerInTimeIsANo() async throws {
    try await Shop.run { shop in
      try plan(shop, "from: [bin, games]", timeout: "1s")
      try await shop.backUp()
      let result = try await shop.recover(environment: Self.people.starter)
      #expect(result.status == 1, "\(result)")
      let error = step(try result.json())["error"]
      #expect(error["code"].string == "Timeout")
      #expect(error["message"].string?.contains("asked 1 of bin, games: nobody agreed") == true, "\(error)")
    }
  }

  @Test func whoStartedTheRunAndStrangersAreRefusedAtOnce() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "from: [bin, daemon]")
      let own = try await approve(shop, "approve-cutover", by: Self.people.starter)
      #expect(own.status == 2 && own.errorText.contains("daemon started the run"), "\(own)")
      let nameless = try await approve(shop, "approve-cutover", by: [:])
      #expect(nameless.status == 2 && nameless.errorText.contains("root may be daemon"), "\(nameless)")
      let stranger = try await approve(shop, "approve-cutover", by: ["SUDO_USER": "games"])
      #expect(
        stranger.status == 2 && stranger.errorText.contains("games is none of bin, daemon"), "\(stranger)")
      let run1 = try #require(shop.session.names(in: "state/runs").last)
      #expect(shop.session.names(in: "state/runs/\(run1)/answers/approve-cutover").isEmpty)
      #expect(try await approve(shop, "approve-cutover").status == 0)
      #expect(try await run.wait().status == 0)
    }
  }

  @Test func theRunChecksAgainWhoAnswered() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "from: [nogroup]")
      let id = try #require(shop.session.names(in: "state/runs").last)
      let folder = "state/runs/\(id)/answers/approve-cutover"
      func put(_ name: String, owner: UInt32, sudo: String?) throws {
        let claim = sudo.map { ",\"sudoUser\":\"\($0)\"" } ?? ""
        let text = #"{"schemaVersion":1,"run":"\#(id)","step":"approve-cutover","approves":true\#(claim)}"#
        let hidden = try shop.session.write(text, to: "\(folder)/.\(name)", mode: 0o600)
        try #require(chown(hidden, owner, owner) == 0, "run these tests as root")
        try #require(rename(hidden, shop.session.path("\(folder)/\(name).json")) == 0)
      }
      // The starter by his own hand; a stranger who claims to be another; one who is in the group.
      try put("1", owner: 0, sudo: "daemon")
      try put("2", owner: 2, sudo: "nobody")
      try put("3", owner: 65534, sudo: nil)
      let result = try await run.wait()
      #expect(result.status == 0, "\(result)")
      let journal = try #require(shop.journals().last)
      #expect(journal.contains("\"rejected\":\"daemon started the run\""), "\(journal)")
      #expect(journal.contains("\"rejected\":\"bin is none of nogroup\""), "\(journal)")
      #expect(step(try result.json())["outputs"]["approvers"].string == "nobody")
    }
  }

  @Test func aQuorumOfTwoNeedsTwoPeople() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 2")
      let first = try await approve(shop, "approve-cutover")
      #expect(first.text.contains("on record; 1 more must agree"), "\(first)")
      let again = try await approve(shop, "approve-cutover")
      #expect(again.status == 2 && again.errorText.contains("bin agreed before"), "\(again)")
      let listed = try await approve(shop)
      #expect(
        listed.text.contains("bin (as root) approves") && listed.text.contains("1 missing"), "\(listed)")
      #expect(try await approve(shop, "approve-cutover", by: ["SUDO_USER": "games"]).status == 0)
      let result = try await run.wait()
      #expect(result.status == 0, "\(result)")
      #expect(step(try result.json())["outputs"]["approvers"].string == "bin (as root), games (as root)")
    }
  }

  @Test func anAnswerGivenWhileNoRunListensIsKept() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 1")
      run.signal(SIGKILL)
      _ = try await run.wait()
      let listed = try await approve(shop)
      #expect(listed.text.contains("not going on") && listed.text.contains("approve-cutover"), "\(listed)")
      let answer = try await approve(shop, "approve-cutover")
      #expect(answer.status == 0 && answer.text.contains("kept"), "\(answer)")
      let id = try #require(shop.session.names(in: "state/runs").last)
      let kept = shop.session.names(in: "state/runs/\(id)/answers/approve-cutover")
      #expect(kept.count == 1)
      #expect(
        shop.session.read("state/runs/\(id)/answers/approve-cutover/\(kept.first ?? "")").contains("bin"))
    }
  }

  @Test func answersFromBeforeAndAfterACrashCountWhenTheRunGoesOn() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 2")
      #expect(try await approve(shop, "approve-cutover").status == 0)
      run.signal(SIGKILL)
      _ = try await run.wait()
      let again = try await approve(shop, "approve-cutover")
      #expect(again.status == 2 && again.errorText.contains("bin agreed before"), "\(again)")
      let kept = try await approve(shop, "approve-cutover", by: ["SUDO_USER": "games"])
      #expect(kept.status == 0 && kept.text.contains("kept"), "\(kept)")
      let result = try await shop.session.start(
        ["resume", "latest", "--format", "json"], environment: Self.people.starter
      ).wait()
      #expect(result.status == 0, "\(result)")
      #expect(step(try result.json())["outputs"]["approvers"].string == "bin (as root), games (as root)")
    }
  }

  @Test func whoeverResumesARunItsStarterStillDoesNotCount() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 1")
      run.signal(SIGKILL)
      _ = try await run.wait()
      let resumed = try shop.session.start(["resume", "latest"], environment: Self.people.other)
      try #require(
        await CLIDeadline.holds {
          shop.journals().last?.split(separator: "approvalRequested").count == 3 || resumed.hasEnded
        })
      let own = try await approve(shop, "approve-cutover", by: Self.people.starter)
      #expect(own.status == 2 && own.errorText.contains("daemon started the run"), "\(own)")
      #expect(try await approve(shop, "approve-cutover").status == 0)
      #expect(try await resumed.wait().status == 0, "\(resumed.soFar)")
    }
  }

  @Test func aRunThatANoEndedAsksAnewWhenItIsResumed() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 1")
      #expect(try await approve(shop, "approve-cutover", "--deny").status == 0)
      #expect(try await run.wait().status == 1)
      let resumed = try shop.session.start(["resume", "latest"], environment: Self.people.starter)
      try #require(
        await CLIDeadline.holds {
          shop.journals().last?.split(separator: "approvalRequested").count == 3 || resumed.hasEnded
        })
      #expect(try await approve(shop, "approve-cutover").status == 0)
      #expect(try await resumed.wait().status == 0, "\(resumed.soFar)")
    }
  }

  @Test func whatDoesNotWaitCannotBeAnswered() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 1")
      let other = try await approve(shop, "verify")
      #expect(other.status == 2, "\(other)")
      #expect(
        other.errorText.contains("does not wait") && other.errorText.contains("`approve-cutover`"), "\(other)"
      )
      let slip = try await approve(shop, "approve-cutovre")
      #expect(slip.status == 2 && slip.errorText.contains("did you mean `approve-cutover`?"), "\(slip)")
      let which = try await approve(shop, "--deny")
      #expect(which.status == 2, "\(which)")
      _ = try await approve(shop, "approve-cutover")
      #expect(try await run.wait().status == 0)
      let late = try await approve(shop, "approve-cutover")
      #expect(late.status == 2 && late.errorText.contains("the run is over"), "\(late)")
      #expect(try await approve(shop).text.contains("nothing waits"))
    }
  }

  @Test func theQuestionTakesNoPlaceOfTheRun() async throws {
    try await Shop.run { shop in
      try shop.plan(
        approval("quorum: 1") + Shop.restoreOrders
          + Shop.verifyOrders.replacing(
            "needs: [restore-orders]", with: "needs: [restore-orders, approve-cutover]"))
      try await shop.backUp()
      let run = try shop.session.start(
        ["run", "plan.yaml", "--parallel", "1", "--format", "json"], environment: Self.people.starter)
      // The one place is the restore's, while the question, first in the plan, is open.
      try #require(
        await CLIDeadline.holds {
          shop.journals().last?.contains("\"restored\":") == true || run.hasEnded
        })
      #expect(try await approve(shop).text.contains("approve-cutover"))
      _ = try await approve(shop, "approve-cutover")
      let result = try await run.wait()
      #expect(result.status == 0, "\(result)")
    }
  }

  @Test func ofTwoAnswersAtOnceOneSettlesItAndTheOtherIsToldSo() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 1")
      let answers = try ["bin", "games"].map {
        try shop.session.start(
          ["approve", "latest", "approve-cutover"], environment: ["SUDO_USER": $0])
      }
      var statuses: [Int32] = []
      for answer in answers { statuses.append(try await answer.wait().status) }
      #expect(statuses.count { $0 == 0 } == 1, "\(answers.map(\.soFar))")
      #expect(statuses.allSatisfy { (0...2).contains($0) }, "\(answers.map(\.soFar))")
      #expect(try await run.wait().status == 0)
    }
  }

  @Test func ctrlCEndsTheWait() async throws {
    try await Shop.run { shop in
      let run = try await asking(shop, "quorum: 1")
      run.signal(SIGINT)
      let result = try await run.wait()
      #expect(result.status == 130, "\(result)")
      #expect(step(try result.json())["state"].string == "Cancelled")
    }
  }

  @Test func theCommandThatAnswersNamesAStateDirectoryThatWasNamed() async throws {
    try await Shop.run { shop in
      try plan(shop, "quorum: 1")
      try await shop.backUp()
      let run = try shop.session.start(
        ["run", "plan.yaml", "--state", "elsewhere"], environment: Self.people.starter)
      try #require(await CLIDeadline.holds { run.soFar.errorText.contains("drplan approve") || run.hasEnded })
      let line = run.soFar.errorText.split(separator: "\n").first { $0.contains("drplan approve") }
      let command = (line ?? "").split(separator: " ").drop { $0 != "drplan" }.dropFirst().map(String.init)
      #expect(command.contains("--state") && command.last == shop.session.path("elsewhere"), "\(command)")
      let answer = try await shop.session.start(command, environment: Self.people.other).wait()
      #expect(answer.status == 0, "\(answer)")
      #expect(try await run.wait().status == 0)
    }
  }
}
