import Diagnostics
import DrplanTestKit
import Testing

@Suite struct SourceTextTests {
  @Test func linesEndWithAnyOfTheThreeEndings() {
    let text = SourceText("a\nb\r\nc\rd")
    #expect((1...4).map { text.line($0) } == ["a", "b", "c", "d"])
    #expect(text.lineCount == 4)
  }

  @Test func thereIsNoLineOutsideTheText() {
    let text = SourceText("a\n")
    #expect(text.line(2) == "")
    #expect(text.line(0) == nil && text.line(3) == nil && text.line(-1) == nil)
  }

  @Test func aByteOrderMarkIsNoText() {
    #expect(SourceText("\u{FEFF}a").line(1) == "a")
  }

  @Test func bytesThatAreNoTextAreReplaced() {
    #expect(SourceText(bytes: [0x61, 0xFF]).line(1) == "a\u{FFFD}")
  }

  @Test func aLineThatNobodyReadsIsNotShown() {
    let longest = String(repeating: "x", count: SourceText.longestLine)
    #expect(SourceText(longest).line(1) != nil)
    #expect(SourceText(longest + "x").line(1) == nil)
  }

  @Test func quotedTextIsCutAfterSixtyCharacters() {
    #expect(UserText.quoted("abc") == "`abc`")
    let sixty = String(repeating: "ä", count: 60)
    #expect(UserText.quoted(sixty) == "`\(sixty)`")
    #expect(UserText.quoted(sixty + "b") == "`\(sixty)…`")
  }
}
