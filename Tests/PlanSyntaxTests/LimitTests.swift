import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing

@Suite struct LimitTests {
  @Test func aTextLargerThanTheLimitIsNotRead() {
    let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 100_000_000)
    let (root, diagnostics) = PlanParser.parse(bytes: bytes, file: "plan.yaml")
    #expect(root == nil)
    #expect(diagnostics.map(\.rule.code) == ["DRP004"])
  }

  @Test(arguments: ["[", "{", "- ", "? ", "a: {", "[\n", "{a: ", "[[], "])
  func nestingWithoutEndStopsAtTheDepthLimit(opening: String) {
    let text = String(repeating: opening, count: 1_000_000)
    let (root, diagnostics) = PlanParser.parse(bytes: Array(text.utf8), file: "plan.yaml")
    #expect(root == nil)
    #expect(diagnostics.count == 1)
  }

  @Test func theDeepestAllowedNestingIsRead() {
    let limit = SyntaxLimits.standard.depth
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + "x" + String(repeating: "]", count: depth)
    }
    #expect(Parsed(nested(limit)).codes.isEmpty)
    #expect(Parsed(nested(limit + 1)).codes == ["DRP004"])
  }

  @Test func aliasesDoNotEscapeTheDepthLimit() {
    var limits = SyntaxLimits()
    limits.depth = 4
    #expect(Parsed("[&a [[x]], [*a]]", limits: limits).codes.isEmpty)
    #expect(Parsed("[&a [[x]], [[*a]]]", limits: limits).codes == ["DRP004"])
    #expect(Parsed("[&a [[x]], &b [*a], [*b]]", limits: limits).codes == ["DRP004"])
  }

  @Test func nestedAliasesStopBeforeTheyUnfold() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...30 {
      let aliases = [String](repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(aliases)]\n"
    }
    let plan = Parsed(text)
    #expect(plan.codes == ["DRP004"])
    #expect(plan.diagnostics.first?.message == "aliases repeat more than 100000 values")
  }

  @Test func valuesAreCounted() {
    var limits = SyntaxLimits()
    limits.nodes = 4
    #expect(Parsed("[1, 2, 3]", limits: limits).codes.isEmpty)
    let plan = Parsed("[1, 2, 3, 1️⃣42️⃣]", limits: limits)
    #expect(plan.codes == ["DRP004"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func findingsAreCounted() {
    var limits = SyntaxLimits()
    limits.findings = 3
    #expect(Parsed("[no, no, no]", limits: limits).codes == ["DRP005", "DRP005", "DRP005"])
    #expect(Parsed("[no, no, no, no, no]", limits: limits).codes == ["DRP005", "DRP005", "DRP005", "DRP004"])
  }

  @Test func directivesWithoutEndAreRefused() {
    let text = (0..<100_000).map { "%TAG !t\($0)! tag:example.com,2000:\n" }.joined() + "--- x\n"
    #expect(Parsed(text).codes == ["DRP004"])
  }

  @Test func theManualPageNamesTheLimits() {
    let page = DiagnosticRule.limitExceeded.why
    let limits = SyntaxLimits.standard
    #expect(page.contains("\(limits.bytes >> 20) MiB"))
    #expect(page.contains("\(limits.depth) levels"))
    #expect(page.replacing(",", with: "").contains("\(limits.nodes) values"))
    #expect(page.replacing(",", with: "").contains("\(limits.aliasedNodes) values repeated"))
  }
}
