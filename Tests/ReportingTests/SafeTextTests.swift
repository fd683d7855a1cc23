import Testing

@testable import Reporting

/// Text from outside cannot act on a terminal or a page.
@Suite struct SafeTextTests {
  @Test func markdownHoldsNoMarkupFromOutside() {
    #expect(SafeText.markdown("<b>[x](y)|`z`*\n# _h_") == "&lt;b&gt;\\[x\\](y)\\|\\`z\\`\\*\\\\n\\# \\_h\\_")
  }

  @Test func aCutTextFitsItsColumns() {
    #expect(SafeText.cut("東京都", to: 5, ellipsis: "…") == "東京…")
    #expect(SafeText.cut("abc", to: 3, ellipsis: "…") == "abc")
  }

  @Test func onlyALongWordIsWiderThanALine() {
    let lines = wrapped("one two three aaaaaaaaaaaaaaaaaaaaaa four", width: 12, indent: "  ")
    #expect(lines == ["  one two", "  three", "  aaaaaaaaaaaaaaaaaaaaaa", "  four"])
  }
}
