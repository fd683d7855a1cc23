import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing

@Suite struct DocumentTests {
  @Test(arguments: ["", "\n\n", "# only a comment\n", "   ", "---\n", "null\n", "--- ~\n", "\u{FEFF}"])
  func aPlanWithNothingInItIsAnError(text: String) {
    let plan = Parsed(text)
    #expect(plan.codes == ["DRP006"])
    #expect(plan.root == nil)
  }

  @Test func aSecondDocumentIsAnErrorAtItsBeginning() {
    let plan = Parsed("---\na: b\n1️⃣---2️⃣\nc: d\n")
    #expect(plan.codes == ["DRP007"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.tree == "{a: b}")
  }

  @Test(arguments: ["---\na: b\n...\n", "%YAML 1.1\n---\na: b\n", "a: b"])
  func oneDocumentMayBeMarkedAsSuch(text: String) {
    let plan = Parsed(text)
    #expect(plan.codes.isEmpty)
    #expect(plan.tree == "{a: b}")
  }

  @Test func tagDirectivesAreRefused() {
    #expect(Parsed("%TAG !e! tag:example.com,2000:\n---\na: b\n").codes == ["DRP008"])
  }

  @Test func aRootThatIsNoMappingIsLeftToTheNextStage() {
    #expect(Parsed("- a\n- b\n").tree == "[a, b]")
    #expect(Parsed("- a\n- b\n").codes.isEmpty)
  }

  @Test func theFileIsNamedInEachFinding() {
    #expect(Parsed("a: no").diagnostics.first?.file == "plan.yaml")
  }

  @Test func findingsBeforeASyntaxErrorAreKept() {
    #expect(Parsed("a: no\nb: [\n").codes == ["DRP005", "DRP001"])
  }
}
