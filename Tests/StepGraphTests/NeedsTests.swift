import Diagnostics
import DrplanTestKit
import StepGraph
import Testing
import Values

@Suite struct NeedsTests {
  @Test func aStepWithoutNeedsWaitsForTheOneAbove() {
    let plan = GraphedPlan.steps([run("a"), run("b"), run("c")].joined(separator: "\n"))
    #expect(plan.needs == ["a": [], "b": ["a"], "c": ["b"]])
  }

  @Test func emptyNeedsStartAtOnce() {
    let plan = GraphedPlan.steps([run("a"), run("b", "needs: []"), run("c")].joined(separator: "\n"))
    #expect(plan.needs == ["a": [], "b": [], "c": ["b"]])
  }

  @Test func doubledNeedsCountOnce() {
    #expect(
      GraphedPlan.steps([run("a"), run("b", "needs: [a, a]")].joined(separator: "\n")).needs["b"] == ["a"])
  }

  @Test func needsMayPointForward() {
    let plan = GraphedPlan.steps([run("a", "needs: [b]"), run("b", "needs: []")].joined(separator: "\n"))
    #expect(plan.graph?.order == [1, 0])
  }

  @Test func theFirstStepOfFinallyWaitsForNoStep() {
    let plan = GraphedPlan.steps(run("a"), finally: [run("x"), run("z")].joined(separator: "\n"))
    #expect(plan.needs == ["a": [], "x": [], "z": ["x"]])
    #expect(plan.graph?.mainCount == 1)
    #expect(plan.graph?.nodes.map(\.isFinally) == [false, true, true])
  }

  @Test func needsDoNotCrossTheBorderToFinally() {
    let plan = GraphedPlan.steps(run("a", "needs: [1️⃣x2️⃣]"), finally: run("x", "needs: [3️⃣a4️⃣]"))
    #expect(plan.codes == ["DRP208", "DRP208"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"], plan["3️⃣", "4️⃣"]])
    #expect(plan.graph == nil)
  }

  @Test func aDoubledNameIsReportedWithItsFirstPlace() {
    let plan = GraphedPlan.steps(run("a") + "\n" + run("1️⃣a2️⃣"), finally: run("3️⃣a4️⃣"))
    #expect(plan.codes == ["DRP201", "DRP201"])
    #expect(plan.messages.first == "step id `a` is already used at 7:10")
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"], plan["3️⃣", "4️⃣"]])
  }

  @Test func anUnknownNeedIsReportedWithTheNearest() {
    let plan = GraphedPlan.steps(run("restore-orders") + "\n" + run("b", "needs: [1️⃣restore-order2️⃣, zzz]"))
    #expect(plan.codes == ["DRP202", "DRP202"])
    #expect(plan.messages[0] == "step `b` needs `restore-order`, which does not exist")
    #expect(plan.hints == ["did you mean `restore-orders` (line 7)?", nil])
    #expect(plan.ranges[0] == plan["1️⃣", "2️⃣"])
  }

  @Test func orderIsTheSameEveryTime() {
    let text = (0..<30).map { run("s\($0)", "needs: [\($0 % 3 == 0 ? "" : "s\($0 - $0 % 3)")]") }.joined(
      separator: "\n")
    let orders = (0..<5).map { _ in GraphedPlan.steps(text).graph?.order }
    #expect(Set(orders).count == 1)
    #expect(orders[0]?.count == 30)
    #expect(orders[0]?.prefix(10) == [0, 3, 6, 9, 12, 15, 18, 21, 24, 27])
  }
}

@Suite struct CycleTests {
  @Test func aCircleIsNamedFromItsFirstStep() {
    let plan = GraphedPlan.steps(
      [
        run("x", "needs: [c]"), run("a", "needs: [x0, 1️⃣b2️⃣]"), run("b", "needs: [c]"), run("c", "needs: [a]"),
        run("x0", "needs: []"),
      ]
      .joined(separator: "\n"))
    #expect(plan.codes == ["DRP203"])
    #expect(plan.messages == ["steps wait for each other: a -> b -> c -> a"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.hints == ["take one of these needs out"])
  }

  @Test func aStepThatNeedsItselfIsToldSo() {
    let plan = GraphedPlan.steps(run("a", "needs: [1️⃣a2️⃣]"))
    #expect(plan.messages == ["step `a` needs itself"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func aCircleThroughAnImplicitNeedIsExplained() {
    let plan = GraphedPlan.steps(run("a", "needs: [b]") + "\n" + run("b"))
    #expect(plan.messages == ["steps wait for each other: a -> b -> a"])
    #expect(
      plan.hints == ["`b` has no `needs` and so waits for the step above it; `needs: []` starts at once"])
  }

  @Test func aLongCircleIsCutInTheMiddle() {
    let text = (0..<100).map { run("s\($0)", "needs: [s\(($0 + 1) % 100)]") }.joined(separator: "\n")
    let message = GraphedPlan.steps(text).messages[0]
    #expect(
      message
        == "steps wait for each other: s0 -> s1 -> s2 -> s3 -> s4 -> s5 -> ... 90 more ... -> s96 -> s97 -> s98 -> s99 -> s0"
    )
  }

  @Test func aCircleInFinallyIsFound() {
    let plan = GraphedPlan.steps(run("a"), finally: run("x", "needs: [z]") + "\n" + run("z", "needs: [x]"))
    #expect(plan.messages == ["steps wait for each other: x -> z -> x"])
  }

  @Test func otherErrorsAreReportedBesideACircle() {
    let plan = GraphedPlan.steps(run("a", "needs: [a]") + "\n" + run("b", "needs: [nope]"))
    #expect(plan.codes.sorted() == ["DRP202", "DRP203"])
  }

  @Test func tenThousandStepsInARowAreOrdered() {
    let text = (0..<10_000).map { run("s\($0)") }.joined(separator: "\n")
    #expect(GraphedPlan.steps(text).graph?.order == Array(0..<10_000))
  }
}
