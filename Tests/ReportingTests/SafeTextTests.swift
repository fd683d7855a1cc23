import Testing

@testable import Reporting

/// Text from outside cannot act on a terminal or a page.
@Suite struct SafeTextTests {
  @Test(arguments: [
    ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"), ("a\nb\tc\r", "a\\nb\\tc\\r"),
    ("\u{202e}x\u{2066}", "\\u{202e}x\\u{2066}"),
    ("\u{9b}31m", "\\u{9b}31m"), ("\u{2028}\u{200b}\u{7f}", "\\u{2028}\\u{200b}\\u{7f}"),
    ("Büro 東京", "Büro 東京"),
  ])
  func charactersThatActAreSpeltOut(_ text: String, _ safe: String) {
    #expect(SafeText.line(text) == safe)
  }

  @Test func everyScalarBelowSpaceIsSpeltOut() throws {
    for value in UInt32(0)..<32 {
      let text = SafeText.line(String(try unwrapped(Unicode.Scalar(value))))
      #expect(text.utf8.allSatisfy { $0 >= 32 })
    }
  }

  @Test func markdownHoldsNoMarkupFromOutside() {
    #expect(SafeText.markdown("<b>[x](y)|`z`*\n# _h_") == "&lt;b&gt;\\[x\\](y)\\|\\`z\\`\\*\\\\n\\# \\_h\\_")
  }

  @Test func widthCountsColumns() {
    #expect(SafeText.width("Büro") == 4)
    #expect(SafeText.width("東京") == 4)
    #expect(SafeText.width("e\u{301}") == 1)
    #expect(SafeText.cut("東京都", to: 5, ellipsis: "…") == "東京…")
    #expect(SafeText.cut("abc", to: 3, ellipsis: "…") == "abc")
  }

  @Test func onlyALongWordIsWiderThanALine() {
    let lines = wrapped("one two three aaaaaaaaaaaaaaaaaaaaaa four", width: 12, indent: "  ")
    #expect(lines == ["  one two", "  three", "  aaaaaaaaaaaaaaaaaaaaaa", "  four"])
  }
}
