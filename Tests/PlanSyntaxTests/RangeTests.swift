import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing

@Suite struct RangeTests {
  @Test func aScalarStandsFromItsFirstToItsLastCharacter() {
    let plan = Parsed("1️⃣rto2️⃣: 3️⃣15m4️⃣   # fifteen\n")
    #expect(plan.root?.entry("rto")?.keyRange == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["rto"]?.range == plan["3️⃣", "4️⃣"])
  }

  @Test func quotesBelongToAQuotedScalar() {
    let plan = Parsed("a: 1️⃣\"x\"2️⃣\nb: 3️⃣'it''s'4️⃣\n")
    #expect(plan.root?["a"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["b"]?.range == plan["3️⃣", "4️⃣"])
    #expect(plan.tree == "{a: 'x', b: 'it's'}")
  }

  @Test func columnsCountCodePointsNotBytes() {
    let plan = Parsed("größe: {müller: 1️⃣ä🙂b2️⃣, x: 3️⃣y24️⃣}\n")
    #expect(plan.root?["größe"]?["müller"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["größe"]?["x"]?.range == plan["3️⃣", "4️⃣"])
    #expect(plan.root?["größe"]?["x"]?.range.start.column == 25)
  }

  @Test func carriageReturnsBelongToTheLineEnd() {
    let plan = Parsed("a: 1\r\nb:\r\n  c: 1️⃣x2️⃣\r\n")
    #expect(plan.root?["b"]?["c"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["b"]?["c"]?.range.start == SourcePosition(line: 3, column: 6))
  }

  @Test func aTabBetweenKeyAndValueIsOneColumn() {
    let plan = Parsed("a:\t1️⃣x2️⃣\n")
    #expect(plan.root?["a"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["a"]?.range.start.column == 4)
  }

  @Test func unicodeLineSeparatorsDoNotEndALineAsEditorsSeeIt() {
    let plan = Parsed("a: \"x\u{2028}\u{85}y\"\nb: 1️⃣c2️⃣\n")
    #expect(plan.root?["b"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["b"]?.range.start.line == 2)
  }

  @Test func aByteOrderMarkIsNoColumn() {
    let (root, diagnostics) = PlanParser.parse(
      bytes: [0xEF, 0xBB, 0xBF] + Array("rto: 1m\n".utf8), file: "p")
    #expect(diagnostics.isEmpty)
    #expect(root?.entry("rto")?.keyRange.start == SourcePosition(line: 1, column: 1))
  }

  @Test func aBlockCollectionStandsFromItsFirstToItsLastChild() {
    let plan = Parsed("steps:\n  - 1️⃣id: a\n    needs: b2️⃣   # end\n\n\nz: 1\n")
    guard case .sequence(let items)? = plan.root?["steps"]?.content else {
      Issue.record("no list")
      return
    }
    #expect(plan.root?["steps"]?.range == plan["1️⃣", "2️⃣"])
    #expect(items.first?.range == plan["1️⃣", "2️⃣"])
  }

  @Test func bracketsBelongToAFlowCollection() {
    let plan = Parsed("a: 1️⃣{b: 3️⃣[1, 2]4️⃣}2️⃣\n")
    #expect(plan.root?["a"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["a"]?["b"]?.range == plan["3️⃣", "4️⃣"])
  }

  @Test func anEmptyValueStandsBehindItsColon() {
    let plan = Parsed("a:1️⃣\nb: 1\n")
    #expect(plan.root?["a"]?.range == plan["1️⃣", "1️⃣"])
    #expect(plan.root?["a"]?.isNull == true)
  }

  @Test func aBlockScalarEndsWithItsLastText() {
    let plan = Parsed("a: 1️⃣|\n  one\n  zwölf2️⃣\n\n\nb: c\n")
    #expect(plan.root?["a"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["a"]?.text == "one\nzwölf\n")
  }

  @Test func anAnchorOrTagIsNoPartOfTheValue() {
    let plan = Parsed("ä: &x !!str 1️⃣1m2️⃣\nb: &y 3️⃣[1]4️⃣\nc: &z\n  5️⃣d: e6️⃣\n")
    #expect(plan.root?["ä"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["b"]?.range == plan["3️⃣", "4️⃣"])
    #expect(plan.root?["c"]?.range == plan["5️⃣", "6️⃣"])
  }

  @Test func aScalarOverSeveralLinesEndsInItsLastLine() {
    let plan = Parsed("a: 1️⃣one\n  two2️⃣\nb: c\n")
    #expect(plan.root?["a"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["a"]?.text == "one two")
  }
}
