import PlanModel
import RunEvents
import StepGraph
import Testing
import Values

/// Which steps `--only`, `--from` and `--skip` leave out.
@Suite struct StepChoiceTests {
  /// a, then b and c, then d; e beside them; f in `finally`.
  private static let plan = GraphedPlan.steps(
    [
      run("a", "needs: []"), run("b", "needs: [a]"), run("c", "needs: [a]"), run("d", "needs: [b, c]"),
      run("e", "needs: []"),
    ].joined(separator: "\n"), finally: run("f"))

  private func leftOut(
    only: [String] = [], from: [String] = [], skip: [String] = [], reason: String? = nil
  ) throws -> [String: String] {
    let graph = try #require(Self.plan.graph)
    let choice = StepChoice(only: only, from: from, skip: skip, reason: reason)
    let excluded = try choice.excluded(in: graph, mode: .recovery)
    return Dictionary(
      uniqueKeysWithValues: excluded.map { (graph.nodes[$0.key].step.id.text, $0.value) })
  }

  private func names(
    only: [String] = [], from: [String] = [], skip: [String] = []
  ) throws -> String {
    try leftOut(only: only, from: from, skip: skip).keys.sorted().joined()
  }

  @Test func nothingAskedForLeavesNothingOut() throws {
    #expect(try leftOut().isEmpty)
  }

  @Test(arguments: [(["a"], "bcde"), (["b"], "acde"), (["b", "e"], "acd"), (["a", "b", "c", "d"], "e")])
  func onlyLeavesOutAllOtherMainSteps(_ only: [String], _ out: String) throws {
    #expect(try names(only: only) == out)
  }

  @Test(arguments: [(["a"], "e"), (["b"], "ace"), (["d"], "abce"), (["b", "c"], "ae"), (["e"], "abcd")])
  func fromKeepsAStepAndAllThatRunAfterIt(_ from: [String], _ out: String) throws {
    #expect(try names(from: from) == out)
  }

  @Test(arguments: [(["a"], "a"), (["b", "e"], "be")])
  func skipLeavesOutJustTheStep(_ skip: [String], _ out: String) throws {
    #expect(try names(skip: skip) == out)
  }

  @Test func fromAndSkipGoTogether() throws {
    #expect(try names(from: ["a"], skip: ["c"]) == "ce")
    #expect(try names(from: ["b"], skip: ["b"]) == "abce")
  }

  @Test func everyStepLeftOutSaysByWhatAndWhy() throws {
    #expect(try leftOut(skip: ["b"]) == ["b": "left out by --skip"])
    #expect(
      try leftOut(from: ["a"], skip: ["c"], reason: "done by hand") == [
        "c": "left out by --skip: done by hand", "e": "left out by --from: done by hand",
      ])
  }

  struct Refused: Sendable {
    var only: [String] = []
    var from: [String] = []
    var skip: [String] = []
    var reason: String?
    var words: String
  }

  @Test(arguments: [
    Refused(only: ["a"], from: ["b"], words: "`--from` and `--skip` cannot go with it"),
    Refused(only: ["a"], skip: ["b"], words: "`--from` and `--skip` cannot go with it"),
    Refused(skip: ["g"], words: "the plan has no such step"),
    Refused(only: ["f"], words: "which always runs"), Refused(skip: ["f"], words: "which always runs"),
    Refused(from: ["f"], words: "which always runs"),
    Refused(only: ["a", "b", "c", "d", "e"], words: "nothing is left out"),
    Refused(from: ["a", "e"], words: "nothing is left out"),
    Refused(skip: ["a", "b", "c", "d", "e"], words: "no step to run"),
    Refused(from: ["e"], skip: ["e"], words: "no step to run"),
    Refused(reason: "why", words: "none are"),
  ])
  func whatMakesNoSenseIsRefused(_ each: Refused) throws {
    let error = #expect(throws: StepChoice.Refusal.self) {
      try leftOut(only: each.only, from: each.from, skip: each.skip, reason: each.reason)
    }
    #expect(error?.message.contains(each.words) == true, "\(error?.message ?? "")")
  }

  @Test func aSlipIsAnsweredWithTheNearestName() throws {
    let plan = GraphedPlan.steps([run("restart-api"), run("announce")].joined(separator: "\n"))
    let graph = try #require(plan.graph)
    let error = #expect(throws: StepChoice.Refusal.self) {
      try StepChoice(skip: ["restart_apy"]).excluded(in: graph, mode: .recovery)
    }
    #expect(error?.remedy == "did you mean `restart-api`?")
  }

  @Test func aStepWhoseOutputsAreUsedIsNotLeftOutAlone() throws {
    let plan = GraphedPlan.steps(
      """
      - {id: a, action: RunCommand, needs: [], with: {command: [x]}}
      - {id: b, action: RunCommand, needs: [a], with: {command: [x, "${steps.a.outputs.exitStatus}"]}}
      - {id: c, action: RunCommand, needs: [b], with: {command: [x]}}
      """)
    let graph = try #require(plan.graph, "\(plan.messages)")
    let error = #expect(throws: StepChoice.Refusal.self) {
      try StepChoice(skip: ["a"]).excluded(in: graph, mode: .recovery)
    }
    #expect(error?.message.contains("step `b` uses") == true)
    #expect(try StepChoice(skip: ["a", "b"]).excluded(in: graph, mode: .recovery).count == 2)
  }

  @Test func whatTheModeLeavesOutIsNotTheChoices() throws {
    let plan = GraphedPlan.steps(
      [run("a", "needs: []"), run("b", "needs: [], modes: [drill]")].joined(separator: "\n"))
    let graph = try #require(plan.graph, "\(plan.messages)")
    let error = #expect(throws: StepChoice.Refusal.self) {
      try StepChoice(skip: ["b"]).excluded(in: graph, mode: .recovery)
    }
    #expect(error?.message.contains("nothing is left out") == true)
    #expect(try StepChoice(skip: ["b"]).excluded(in: graph, mode: .drill).count == 1)
  }
}
