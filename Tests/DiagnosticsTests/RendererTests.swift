import Diagnostics
import DrplanTestKit
import FoundationEssentials
import Testing

@Suite struct RendererTests {
  static let warning = DiagnosticRule(
    "DRP999", "a-warning", .warning, summary: "nothing", why: "nothing", bad: "a", good: "b")

  private func one(_ marked: String, _ message: String = "it is wrong", hint: String? = nil) -> String {
    let text = MarkedText(marked)
    let finding = Diagnostic(.duplicateKey, message, at: text["1️⃣", "2️⃣"], hint: hint, file: "p.yaml")
    return DiagnosticRenderer.text([finding], sources: ["p.yaml": SourceText(text.text)], color: false)
  }

  /// The line of the plan and the line with the carets, without their gutters.
  private func excerpt(_ marked: String) -> [String] {
    one(marked).split(separator: "\n").dropFirst(2).prefix(2).map { line in
      String(line.drop { $0 != "|" }.dropFirst(2))
    }
  }

  private static let plan = MarkedText(
    """
    name: orders
    objectives: {rto: 1h, 3️⃣rto4️⃣: 2h}


    steps:
      - id: restore-orders


        action: RestoreDatabase
        needs: [1️⃣restore-order2️⃣, restore-ledger]
    """)

  private static let several = [
    Diagnostic(
      warning, "`restore-order` does not exist", at: plan["1️⃣", "2️⃣"],
      hint: "did you mean `restore-orders` (line 6)?", file: "plans/orders.yaml"),
    Diagnostic(
      .duplicateKey, "key `rto` is already set at 2:14", at: plan["3️⃣", "4️⃣"], hint: "remove one",
      file: "plans/orders.yaml"),
    Diagnostic(.emptyPlan, "the plan is empty", at: .beginning, file: "plans/empty.yaml"),
  ]
  private static let sources = ["plans/orders.yaml": SourceText(plan.text)]

  @Test func findingsForPeopleLookLikeThis() throws {
    try assertGolden(
      DiagnosticRenderer.text(Self.several, sources: Self.sources, color: false), "several.txt")
    try assertGolden(
      DiagnosticRenderer.text(Self.several, sources: Self.sources, color: true), "several-colored.txt")
  }

  @Test func findingsForProgramsLookLikeThis() throws {
    let json = DiagnosticRenderer.json(Self.several, sources: Self.sources)
    try assertGolden(json, "several.json")
    let decoded = try JSONDecoder().decode(Envelope.self, from: Data(json.utf8))
    #expect(!decoded.valid)
    #expect(decoded.errorCount == 2 && decoded.warningCount == 1 && decoded.diagnostics.count == 3)
  }

  private struct Envelope: Decodable {
    struct Finding: Decodable {
      var message: String
      var hint: String?
      var snippet: String?
    }
    var valid: Bool
    var errorCount: Int
    var warningCount: Int
    var diagnostics: [Finding]
  }

  @Test func noFindingsAreValidJSONAndNoText() throws {
    let json = DiagnosticRenderer.json([], sources: [:])
    #expect(try JSONDecoder().decode(Envelope.self, from: Data(json.utf8)).valid)
    #expect(DiagnosticRenderer.text([], sources: [:], color: true) == "")
    #expect(DiagnosticRenderer.concise([]) == "")
  }

  @Test func hostileTextComesThroughJSONUnchanged() throws {
    let message = "\u{1B}[31m\"\\\n\t\u{9B}\u{202E}\u{E0041} ä🙂"
    let finding = Diagnostic(.yamlSyntax, message, at: .beginning, file: "p")
    let json = DiagnosticRenderer.json([finding], sources: [:])
    #expect(
      try JSONDecoder().decode(Envelope.self, from: Data(json.utf8)).diagnostics.first?.message == message)
    #expect(!json.unicodeScalars.contains { ["\u{1B}", "\u{9B}", "\u{202E}", "\u{E0041}"].contains($0) })
  }

  @Test func theConciseFormIsTheFirstLine() {
    let concise = DiagnosticRenderer.concise([Self.several[1]])
    #expect(
      concise == "plans/orders.yaml:2:23: error DRP003 duplicate-key: key `rto` is already set at 2:14\n")
    #expect(DiagnosticRenderer.text(Self.several, sources: Self.sources, color: false).contains(concise))
  }

  @Test func theSummaryCountsBySeverity() {
    #expect(DiagnosticRenderer.summary(Self.several) == "2 errors, 1 warning in 2 files")
    #expect(DiagnosticRenderer.summary([Self.several[0]]) == "1 warning in plans/orders.yaml")
    #expect(DiagnosticRenderer.summary([]) == "no findings")
  }

  @Test func theCaretsStandUnderTheExactSpan() {
    #expect(excerpt("a: 1️⃣bcd2️⃣ e\n") == ["a: bcd e", "   ^^^"])
  }

  @Test func tabsDoNotShiftTheCarets() {
    #expect(excerpt("a:\t1️⃣bcd2️⃣\n") == ["a:  bcd", "    ^^^"])
    #expect(excerpt("\t\t1️⃣b2️⃣\n") == ["        b", "        ^"])
  }

  @Test func wideAndCombiningCharactersDoNotShiftTheCarets() {
    #expect(excerpt("日本: 1️⃣データ2️⃣ x\n") == ["日本: データ x", "      ^^^^^^"])
    #expect(excerpt("🙂: 1️⃣b2️⃣\n") == ["🙂: b", "    ^"])
    #expect(excerpt("e\u{301}: 1️⃣b2️⃣\n") == ["e\u{301}: b", "   ^"])
  }

  @Test func controlCharactersAreShownAndNotSent() {
    #expect(excerpt("a: 1️⃣\u{1B}[2J2️⃣ x\n") == ["a: \\u{1b}[2J x", "   ^^^^^^^^^"])
    #expect(one("1️⃣a2️⃣", "bad \u{1B}]0;x\u{7}", hint: "\u{202E}x\n").contains("bad \\u{1b}]0;x\\u{7}\n"))
    #expect(one("1️⃣a2️⃣", "x", hint: "\u{202E}x\n").contains("help: \\u{202e}x\\n\n"))
  }

  @Test func aSpanOverSeveralLinesIsShownByItsFirst() {
    #expect(excerpt("a: 1️⃣[b,\n  c]2️⃣\n") == ["a: [b,", "   ^^^"])
  }

  @Test func anEmptySpanHasOneCaret() {
    #expect(excerpt("a:1️⃣2️⃣\n") == ["a:", "  ^"])
  }

  @Test func aLongLineIsCutAroundTheSpan() {
    let shown = excerpt(
      String(repeating: "x ", count: 500) + "1️⃣needle2️⃣" + String(repeating: " y", count: 500))
    #expect(shown[0].count == 102)
    #expect(shown[0].first == "…" && shown[0].last == "…")
    let caret = shown[1].firstIndex(of: "^") ?? shown[1].endIndex
    #expect(shown[1][caret...] == "^^^^^^")
    let offset = shown[1].distance(from: shown[1].startIndex, to: caret)
    #expect(shown[0].dropFirst(offset).prefix(6) == "needle")
  }

  @Test func aSpanLongerThanTheWindowIsUnderlinedAsFarAsItIsShown() {
    let shown = excerpt("a: 1️⃣" + String(repeating: "x", count: 400) + "2️⃣")
    #expect(
      shown == ["a: " + String(repeating: "x", count: 97) + "…", "   " + String(repeating: "^", count: 97)])
  }

  @Test func aPlaceOutsideTheTextHasNoExcerpt() {
    let place = SourcePosition(line: 9, column: 9)
    let finding = Diagnostic(.yamlSyntax, "x", at: SourceRange(start: place, end: place), file: "p")
    let text = DiagnosticRenderer.text([finding], sources: ["p": SourceText("a")], color: false)
    #expect(!text.contains("|"))
  }

  @Test func aColumnBehindTheLineStillGetsACaret() {
    let place = SourcePosition(line: 1, column: 90)
    let finding = Diagnostic(.yamlSyntax, "x", at: SourceRange(start: place, end: place), file: "p")
    let text = DiagnosticRenderer.text([finding], sources: ["p": SourceText("abc")], color: false)
    #expect(text.contains("1 | abc\n  |    ^\n"))
  }
}
