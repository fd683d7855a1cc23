import Diagnostics
import DrplanTestKit
import FoundationEssentials
import PlanSyntax
import Testing

@Suite struct SyntaxErrorTests {
  /// The folder of plans with one mistake each.
  static let folder = Fixtures.path("Fixtures/syntax")

  @Test func everyUsualMistakeIsExplained() throws {
    var report = ""
    for name in try FileManager.default.contentsOfDirectory(atPath: Self.folder).sorted() {
      let bytes = Array(try Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)")))
      let (_, diagnostics) = PlanParser.parse(bytes: bytes, file: name)
      #expect(!diagnostics.isEmpty, "\(name) has a mistake")
      #expect(diagnostics.allSatisfy { $0.hint != nil }, "\(name) is explained")
      report +=
        DiagnosticRenderer.text(diagnostics, sources: [name: SourceText(bytes: bytes)], color: false) + "\n"
    }
    try assertGolden(report, "syntax-errors.txt")
  }

  @Test func theProblemIsPointedAt() {
    let plan = Parsed("a: b1️⃣:2️⃣ c\n")
    #expect(plan.codes == ["DRP001"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.root == nil)
  }

  @Test func aKeyWithoutSpaceIsPointedAtAndNotTheLineAfter() {
    let plan = Parsed("a:\n  rto1️⃣:2️⃣15m\n  rpo: 5m\n")
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func anUnclosedQuoteIsPointedAtWhereItOpens() {
    let plan = Parsed("a: 1️⃣\"2️⃣b\nc: d\n")
    #expect(plan.codes == ["DRP001"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func anErrorAtTheEndOfTheTextHasNoWidth() {
    let plan = Parsed("a: [b,\n1️⃣")
    #expect(plan.ranges == [plan["1️⃣", "1️⃣"]])
  }
}
