import Diagnostics
import DrplanTestKit
import StepGraph
import Testing
import Values

@Suite struct RestoredWhenTests {
  private func plan(_ name: String, _ steps: String, finally: String = "") -> GraphedPlan {
    GraphedPlan.steps(steps, finally: finally, objectives: "{rto: 15m, rpo: 5m, restoredWhen: 1️⃣\(name)2️⃣}")
  }

  @Test func theNamedStepStopsTheClock() {
    let plan = plan("v1", [restore("r"), verify("v1"), verify("v2")].joined(separator: "\n"))
    #expect(plan.codes == [])
    #expect(plan.graph?.restoredWhen == 1)
  }

  @Test func otherwiseTheLastVerificationDoes() {
    let plan = GraphedPlan.steps(
      [restore("r"), verify("v1"), verify("v2"), run("z")].joined(separator: "\n"))
    #expect(plan.graph?.restoredWhen == 2)
    #expect(GraphedPlan.steps(run("a")).graph?.restoredWhen == nil)
  }

  @Test func aVerificationOfDrillsAloneDoesNotStopTheClock() {
    let plan = GraphedPlan.steps(
      [restore("r"), verify("v1"), verify("v2", "orders", "modes: [drill]")].joined(separator: "\n"))
    #expect(plan.graph?.restoredWhen == 1)
  }

  @Test func anUnknownStepIsRefused() {
    let plan = plan("verify", run("verify-all"))
    #expect(plan.codes == ["DRP301"])
    #expect(
      plan.messages == [
        "`restoredWhen` names the step `verify`, which does not exist: the clock would never stop"
      ])
    #expect(plan.hints == ["did you mean `verify-all` (line 7)?"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func aStepThatProvesNothingIsRefused() {
    let plan = plan("r", restore("r") + "\n" + verify("v"))
    #expect(
      plan.messages == [
        "`restoredWhen` names `r`, a RestoreDatabase step: the clock would stop before the data is proven"
      ])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func aStepOfFinallyIsRefused() {
    #expect(
      plan("v", run("a"), finally: verify("v")).messages == [
        "`restoredWhen` names `v`, a step of `finally`, which runs whatever happened"
      ])
  }

  @Test func aStepThatARecoveryLeavesOutIsRefused() {
    let plan = plan(
      "v", [restore("r"), verify("v", "orders", "modes: [drill]"), verify("w")].joined(separator: "\n"))
    #expect(plan.codes == ["DRP301"])
  }

  @Test func anRTOAboveTheTolerableDowntimeIsRefused() {
    let plan = GraphedPlan.steps(run("a"), objectives: "{rto: 1️⃣5h2️⃣, rpo: 5m, mtd: 4h}")
    #expect(plan.codes == ["DRP304"])
    #expect(plan.messages == ["the RTO of 5h exceeds the maximum tolerable downtime of 4h"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }
}

@Suite struct VerificationTests {
  @Test func aRestoreThatIsCheckedAfterwardsIsFine() {
    #expect(GraphedPlan.steps([restore("r"), run("m"), verify("v")].joined(separator: "\n")).codes == [])
  }

  @Test func aRestoreThatNothingReadsIsRefused() {
    let plan = GraphedPlan.steps(
      [restore("1️⃣r2️⃣"), restore("f", "files"), verify("v", "files")].joined(separator: "\n"))
    #expect(plan.codes == ["DRP403"])
    #expect(plan.messages == ["database `orders` is restored, but no required check reads it"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.graph == nil)
  }

  @Test func aCheckThatIsNotRequiredDoesNotCount() {
    #expect(
      GraphedPlan.steps(restore("r") + "\n" + verify("v", check: ", required: false")).codes == ["DRP403"])
  }

  @Test func aCheckThatDoesNotReadTheDataDoesNotCount() {
    let age = "- {id: v, action: VerifyIntegrity, with: {checks: [{type: RecoveryPointAge, database: orders}]}}"
    #expect(GraphedPlan.steps(restore("r") + "\n" + age).codes == ["DRP403"])
  }

  @Test func aCheckUnderContinueDoesNotCount() {
    let plan = GraphedPlan.steps(
      [restore("r"), verify("v", "orders", "onFailure: Continue"), verify("w", "files")].joined(
        separator: "\n"))
    #expect(plan.codes == ["DRP403"])
  }

  @Test func theStepThatStopsTheClockCountsEvenUnderContinue() {
    #expect(GraphedPlan.steps(restore("r") + "\n" + verify("v", "orders", "onFailure: Continue")).codes == [])
  }

  @Test func aCheckInFinallyDoesNotCount() {
    #expect(GraphedPlan.steps(restore("r"), finally: verify("v")).codes == ["DRP403"])
  }

  @Test func aCheckBesideItsRestoreIsRefused() {
    let plan = GraphedPlan.steps(
      restore("r", "orders", "needs: []") + "\n" + verify("1️⃣v2️⃣", "orders", "needs: []"))
    #expect(plan.codes == ["DRP408"])
    #expect(
      plan.messages == ["no check of `orders` runs after `r` has restored it: `v` does not wait for it"])
    #expect(plan.hints == ["add `r` to the `needs` of the check's step"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func aCheckBeforeItsRestoreIsRefused() {
    #expect(GraphedPlan.steps(verify("v") + "\n" + restore("r")).codes == ["DRP408"])
  }

  @Test func eachRestoreOfADatabaseNeedsACheckAfterIt() {
    let plan = GraphedPlan.steps([restore("r1"), verify("v"), restore("1️⃣r22️⃣")].joined(separator: "\n"))
    #expect(plan.codes == ["DRP408"])
    #expect(plan.messages[0].contains("`r2`"))
  }

  @Test func aCheckAfterTheClockStoppedIsWarnedOf() {
    let plan = GraphedPlan.steps(
      [restore("1️⃣r2️⃣"), restore("f", "files"), verify("v", "files"), verify("late")].joined(separator: "\n"),
      objectives: "{rto: 15m, rpo: 5m, restoredWhen: v}")
    #expect(plan.codes == ["DRP404"])
    #expect(plan.messages == ["database `orders` is checked only after `v` has stopped the clock"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.graph != nil)
  }

  @Test func aCheckThatDoesNotFitItsEngineIsRefused() {
    let plan = GraphedPlan.steps(
      restore("r", "files")
        + "\n- {id: 1️⃣v2️⃣, action: VerifyIntegrity, with: {checks: [{type: RowCounts, database: files}]}}")
    #expect(plan.codes == ["DRP406"])
    #expect(
      plan.messages == ["the check `1-RowCounts` of `v` does not fit the database `files` (engine Files)"])
    #expect(plan.hints == ["use EngineCheck"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func anUndeclaredDatabaseIsNotCalledUnverifiedToo() {
    #expect(GraphedPlan.steps(restore("r", "ordrs") + "\n" + verify("v")).codes == ["DRP204"])
  }

  @Test func thousandsOfRestoresAreChecked() {
    let text = (0..<2000).map { restore("r\($0)") }.joined(separator: "\n") + "\n" + verify("v")
    #expect(GraphedPlan.steps(text).codes == [])
  }
}

@Suite struct ReferenceTests {
  private func tell(_ text: String, _ rest: String = "") -> String {
    "- {id: tell, action: RunCommand, with: {command: [1️⃣\"\(text)\"2️⃣]}\(rest.isEmpty ? "" : ", \(rest)")}"
  }

  @Test func anOutputOfAnEarlierStepMayBeRead() {
    #expect(
      GraphedPlan.steps(
        [restore("r"), verify("v"), tell("${steps.r.outputs.bytes}")].joined(separator: "\n")
      ).codes == [])
  }

  @Test func anOutputOfAStepBesideIsRefused() {
    let plan = GraphedPlan.steps(
      [restore("r"), verify("v"), tell("${steps.r.outputs.bytes}", "needs: []")].joined(separator: "\n"))
    #expect(plan.codes == ["DRP205"])
    #expect(plan.messages == ["step `tell` reads an output of `r` but does not run after it"])
    #expect(plan.hints == ["add `r` to its `needs`"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func aStepCannotReadItsOwnOutput() {
    #expect(GraphedPlan.steps(tell("${steps.tell.outputs.exitStatus}")).codes == ["DRP205"])
  }

  @Test func finallyCannotReadOutputsOfMainSteps() {
    #expect(GraphedPlan.steps(run("a"), finally: tell("${steps.a.outputs.exitStatus}")).codes == ["DRP205"])
  }

  @Test(arguments: [
    (
      "${steps.restor.outputs.bytes}",
      "`${steps.restor.outputs.bytes}` reads the step `restor`, which does not exist",
      "did you mean `restore` (line 7)?"
    ),
    (
      "${steps.restore.outputs.byte}", "step `restore` has no output `byte`",
      "did you mean `bytes`? it has: snapshot, bytes"
    ),
    ("${steps.v.outputs.x}", "step `v` has no output `x`", "it has none"),
    (
      "${steps.restore.bytes}", "`${steps.restore.bytes}` names no output of a step",
      "write `${steps.id.outputs.name}`"
    ),
    ("${run.recoveryTme}", "a run has no `recoveryTme`", "did you mean `${run.recoveryTime}`?"),
    ("${run.id.x}", "a run has no `id.x`", nil),
  ])
  func aReferenceToNothingIsRefused(_ text: String, _ message: String, _ hint: String?) {
    let plan = GraphedPlan.steps([restore("restore"), verify("v"), tell(text)].joined(separator: "\n"))
    #expect(plan.codes == ["DRP205"])
    #expect(plan.messages == [message])
    if let hint { #expect(plan.hints == [hint]) }
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test(arguments: [
    "id", "mode", "plan", "result", "recoveryTime", "recoveryPoint", "dataLoss", "startedAt", "failedStep",
    "error",
  ])
  func factsOfTheRunMayBeRead(_ name: String) {
    #expect(GraphedPlan.steps(tell("${run.\(name)}")).codes == [])
  }

  @Test(arguments: [("${run.nonsense}", 1), ("${steps.a.outputs.exitStatus}", 1), ("${run.id}", 0)])
  func referencesOfServicesAreChecked(_ text: String, _ errors: Int) {
    let plan = GraphedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      objectives: {rto: 15m, rpo: 5m}
      services: {api: {manager: Process, command: [1️⃣"\(text)"2️⃣]}}
      steps:
        \(run("a"))
        - {id: restart, action: RestartServices, with: {services: [api]}}
      """)
    #expect(plan.codes == [String](repeating: "DRP205", count: errors))
    if errors > 0 { #expect(plan.ranges == [plan["1️⃣", "2️⃣"]]) }
  }
}
