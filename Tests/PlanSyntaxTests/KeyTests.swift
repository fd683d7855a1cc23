import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing

@Suite struct KeyTests {
  @Test func aDoubledKeyIsAnErrorThatNamesBothLines() {
    let plan = Parsed("a:\n  rto: 1h\n  rpo: 5m\n  1️⃣rto2️⃣: 2h\n")
    #expect(plan.codes == ["DRP003"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.diagnostics.first?.message == "key `rto` is already set at 2:3")
    #expect(plan.diagnostics.first?.hint == "remove the one in line 2 or the one in line 4")
  }

  @Test func theFirstOfDoubledKeysIsKept() {
    #expect(Parsed("{a: 1, b: 2, a: 3}").tree == "{a: 1, b: 2}")
  }

  @Test func aDoubledKeyIsFoundAmongMany() {
    let many = (0..<100).map { "key\($0): x\n" }.joined()
    let plan = Parsed(many + "3️⃣key104️⃣: x\n1️⃣key992️⃣: x\n")
    #expect(plan.codes == ["DRP003", "DRP003"])
    #expect(plan.diagnostics.first?.message == "key `key10` is already set at 11:1")
  }

  @Test func everyRepetitionOfAKeyIsReported() {
    #expect(Parsed("{a: 1, a: 2, a: 3}").codes == ["DRP003", "DRP003"])
  }

  @Test(arguments: ["? [a, b]\n: c\nd: e\n", "{a: b}: c\nd: e\n"])
  func aKeyThatIsNoTextIsRefusedAndTheRestIsRead(text: String) {
    let plan = Parsed(text)
    #expect(plan.codes == ["DRP008"])
    #expect(plan.tree == "{d: e}")
  }

  @Test func aMissingKeyIsRefused() {
    let plan = Parsed("?1️⃣\n: 2\n")
    #expect(plan.codes == ["DRP008"])
    #expect(plan.ranges == [plan["1️⃣", "1️⃣"]])
  }

  @Test func keysAreTextWhateverTheyLookLike() {
    let plan = Parsed("on: a\nno: b\n010: c\n1:30: d\n")
    #expect(plan.codes.isEmpty)
    #expect(plan.tree == "{on: a, no: b, 010: c, 1:30: d}")
  }
}
