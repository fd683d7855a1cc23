import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing

@Suite struct AmbiguousScalarTests {
  @Test(arguments: [
    ("yes", "true", "text"), ("No", "false", "text"), ("on", "true", "text"), ("OFF", "false", "text"),
    ("y", "true", "text"), ("N", "false", "text"), ("1:30", "90", "text"), ("-1:30", "-90", "text"),
    ("190:20:30", "685230", "text"), ("1:30.5", "90.5", "text"), ("010", "8", "10"), ("-010", "-8", "-10"),
    ("08", "text", "8"), ("1_000", "1000", "text"), ("1_000.5", "1000.5", "text"), ("0o10", "text", "8"),
    ("0b11", "3", "text"), ("-0x1F", "-31", "text"), ("0xF_F", "255", "text"), ("1e3", "text", "a number"),
    ("1.5e3", "text", "a number"), ("12E+4", "text", "a number"), ("1234e56", "text", "a number"),
  ])
  func aPlainValueThatTwoVersionsReadDifferentlyIsAnError(text: String, older: String, newer: String) {
    let plan = Parsed("a: 1️⃣\(text)2️⃣\n")
    #expect(plan.codes == ["DRP005"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.diagnostics.first?.message == "`\(text)` is \(older) to YAML 1.1 and \(newer) to YAML 1.2")
  }

  @Test(arguments: [
    "true", "False", "null", "~", "yes please", "nothing", "only", "1", "-1", "+12", "0", "00", "007", "1.5",
    ".5",
    "0xFF", "1.5e+3", ".inf", "03:30", "8080:80", "1:2:3:x", "127.0.0.1", "1.2.3", "2026-11-20T03:12:59Z",
    "15m",
    "1h30m", "64MiB", "0%", "1.0.0_rc1", "a_b", "0bx", "0o9", "e3", "1e", "--", "+", "deadbeef",
    "7507672962298572862", "12:60", "v1_0", "0x", "1_000m", "10:00-12:00",
  ])
  func aPlainValueThatBothReadAlikeIsFine(text: String) {
    #expect(Parsed("a: \(text)\n").codes.isEmpty)
  }

  @Test func quotedAndBlockTextIsNeverAmbiguous() {
    #expect(Parsed("a: 'no'\nb: \"1:30\"\nc: |\n  010\nd: !!str on\n").codes.isEmpty)
  }

  @Test func theHintSaysWhatToWrite() {
    #expect(
      Parsed("a: 1:30").diagnostics.first?.hint == "write `90s` for a duration, or quote it: `\"1:30\"`")
    #expect(Parsed("a: no").diagnostics.first?.hint == "write `false`, or quote it: `\"no\"`")
    #expect(Parsed("a: 010").diagnostics.first?.hint == "write `10`, or quote it: `\"010\"`")
  }

  @Test func everyAmbiguousValueIsReportedInOrder() {
    let plan = Parsed("- 1️⃣no2️⃣\n- {a: [3️⃣0104️⃣]}\n")
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"], plan["3️⃣", "4️⃣"]])
    #expect(plan.root != nil)
  }

  @Test func hugeNumbersAreJudgedWithoutOverflow() {
    let digits = String(repeating: "9", count: 40)
    #expect(Parsed("a: \(digits):30").codes == ["DRP005"])
    #expect(Parsed("a: 0\(digits)").codes == ["DRP005"])
    #expect(Parsed("a: 0b\(String(repeating: "1", count: 62))").codes == ["DRP005"])
    #expect(Parsed("a: \(digits)").codes.isEmpty)
  }
}
