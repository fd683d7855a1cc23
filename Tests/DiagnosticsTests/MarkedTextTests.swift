import Diagnostics
import DrplanTestKit
import Testing

@Suite struct MarkedTextTests {
  @Test func marksBecomePlaces() {
    let text = MarkedText("a: 1️⃣b2️⃣\r\n  3️⃣ä: 4️⃣1\n")
    #expect(text.text == "a: b\r\n  ä: 1\n")
    #expect(text["1️⃣"] == SourcePosition(line: 1, column: 4))
    #expect(text["2️⃣"] == SourcePosition(line: 1, column: 5))
    #expect(text["3️⃣"] == SourcePosition(line: 2, column: 3))
    #expect(text["4️⃣"] == SourcePosition(line: 2, column: 6))
  }

  @Test func aMarkThatIsNotThereIsNoPlace() {
    #expect(MarkedText("a")["1️⃣"] == SourcePosition(line: 0, column: 0))
  }

  @Test func findingsAreReadFromTopToBottom() {
    func at(_ line: Int, _ column: Int, _ file: String) -> Diagnostic {
      let place = SourcePosition(line: line, column: column)
      return Diagnostic(.yamlSyntax, "x", at: SourceRange(start: place, end: place), file: file)
    }
    let findings = [at(2, 1, "a"), at(1, 9, "b"), at(1, 9, "a"), at(1, 2, "a")]
    #expect(findings.inReadingOrder == [at(1, 2, "a"), at(1, 9, "a"), at(2, 1, "a"), at(1, 9, "b")])
  }
}
