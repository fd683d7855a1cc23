import Diagnostics
import DrplanTestKit
import Testing

@Suite struct RuleTests {
  @Test func codesAreUniqueAndInOrder() {
    let codes = DiagnosticRule.all.map(\.code)
    #expect(codes == Set(codes).sorted())
  }

  @Test func namesAreUnique() {
    #expect(Set(DiagnosticRule.all.map(\.name)).count == DiagnosticRule.all.count)
  }

  @Test(arguments: DiagnosticRule.all) func aRuleIsWellFormed(rule: DiagnosticRule) {
    let digits = rule.code.dropFirst(3)
    #expect(rule.code.hasPrefix("DRP") && digits.count == 3 && digits.allSatisfy(\.isNumber))
    #expect(rule.name.split(separator: "-", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty })
    #expect(rule.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" })
  }

  @Test(arguments: DiagnosticRule.all) func aRuleHasAManualPage(rule: DiagnosticRule) {
    #expect(rule.summary.count > 10 && rule.summary.first?.isLowercase == false && rule.summary.last == ".")
    #expect(rule.why.count > 50 && rule.why.last == ".")
    #expect(!rule.bad.isEmpty && !rule.good.isEmpty && rule.bad != rule.good)
    let page = DiagnosticRenderer.manualPage(rule)
    #expect(page.hasPrefix("\(rule.code) \(rule.name) "))
    #expect(page.split(separator: "\n").allSatisfy { $0.count <= 110 && $0.last != " " })
  }

  @Test(arguments: [
    DiagnosticRule.planUnreadable, .yamlSyntax, .notUTF8, .duplicateKey, .limitExceeded, .ambiguousScalar,
    .emptyPlan, .severalDocuments, .unsupportedYAML,
  ])
  func everySyntaxRuleIsListed(rule: DiagnosticRule) {
    #expect(DiagnosticRule.all.contains(rule))
  }

  @Test(arguments: ["DRP003", "drp003", "003", "duplicate-key", "Duplicate-Key"])
  func aRuleIsFoundByCodeOrName(word: String) {
    #expect(DiagnosticRule.named(word) == .duplicateKey)
  }

  @Test(arguments: ["", "DRP", "DRP9999", "3"]) func aRuleThatIsNotThereIsNotFound(word: String) {
    #expect(DiagnosticRule.named(word) == nil)
  }

  @Test func theManualPageLooksLikeThis() throws {
    try assertGolden(DiagnosticRenderer.manualPage(.duplicateKey), "manual-page.txt")
    try assertGolden(DiagnosticRenderer.markdownPage(.duplicateKey), "manual-page.md")
  }
}
