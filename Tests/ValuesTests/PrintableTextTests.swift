import Testing
import Values

/// Text from outside cannot act on a terminal.
@Suite struct PrintableTextTests {
  @Test(arguments: [
    ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"), ("a\nb\tc\r", "a\\nb\\tc\\r"),
    ("\u{202e}x\u{2066}", "\\u{202e}x\\u{2066}"),
    ("\u{9b}31m", "\\u{9b}31m"), ("\u{2028}\u{200b}\u{7f}", "\\u{2028}\\u{200b}\\u{7f}"),
    ("\u{e000}\u{e0041}", "\\u{e000}\\u{e0041}"), ("Büro 東京", "Büro 東京"),
  ])
  func charactersThatActAreSpeltOut(_ text: String, _ safe: String) {
    #expect(PrintableText.line(text) == safe)
  }

  @Test func everyScalarBelowSpaceIsSpeltOut() throws {
    for value in UInt32(0)..<32 {
      let text = PrintableText.line(String(try #require(Unicode.Scalar(value))))
      #expect(text.utf8.allSatisfy { $0 >= 32 })
    }
  }

  @Test func joinersKeepEmojiTogether() {
    #expect(PrintableText.line("👩\u{200d}🚀 \u{200b}") == "👩\u{200d}🚀 \\u{200b}")
  }

  @Test func asciiAloneSpellsOutTheRest() {
    #expect(PrintableText.line("Büro", ascii: true) == "B\\u{fc}ro")
  }

  @Test func widthCountsColumns() {
    #expect(DisplayWidth.of("Büro") == 4)
    #expect(DisplayWidth.of("東京") == 4)
    #expect(DisplayWidth.of("e\u{301}") == 1)
  }

  @Test func jsonIsAsHarmlessAsText() {
    #expect(JSONValue.quoted("\u{202e}\u{e0041}\u{2028}") == #""\u202e\udb40\udc41\u2028""#)
  }
}
