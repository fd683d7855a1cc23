import Diagnostics
import PlanSyntax
import Testing

@Suite struct EncodingTests {
  private func findings(_ bytes: [UInt8]) -> [Diagnostic] {
    PlanParser.parse(bytes: bytes, file: "p").diagnostics
  }

  @Test func theFirstByteThatIsNotUTF8IsPointedAt() {
    let found = findings(Array("a: ä\nb: x".utf8) + [0xE4, 0x0A])
    #expect(found.map(\.rule.code) == ["DRP002"])
    #expect(found.first?.range.start == SourcePosition(line: 2, column: 5))
    #expect(found.first?.message == "the byte 0xE4 is not UTF-8 text")
  }

  @Test(
    arguments: [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0x80], [0xE2, 0x82]] as [[UInt8]]
  )
  func formsThatUTF8ForbidsAreRefused(bytes: [UInt8]) {
    let found = findings(Array("a\r\nb: ".utf8) + bytes)
    #expect(found.map(\.rule.code) == ["DRP002"])
    #expect(found.first?.range.start == SourcePosition(line: 2, column: 4))
  }

  @Test(
    arguments: [[0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61], [0x61, 0, 0x3A, 0], [0, 0x61, 0, 0x3A]]
      as [[UInt8]])
  func utf16IsNamed(bytes: [UInt8]) {
    let found = findings(bytes)
    #expect(found.map(\.rule.code) == ["DRP002"])
    #expect(found.first?.message == "the plan is written in UTF-16, not in UTF-8")
  }

  @Test(arguments: [("\u{7}", "U+0007"), ("\u{0}", "U+0000"), ("\u{1B}", "U+001B"), ("\u{FFFE}", "U+FFFE")])
  func aCharacterThatYAMLForbidsIsNamedWhereItStands(character: String, name: String) {
    let found = findings(Array("ä: b\nc: ü\(character)\n".utf8))
    #expect(found.map(\.rule.code) == ["DRP001"])
    #expect(found.first?.message == "the character \(name) may not stand in YAML")
    #expect(found.first?.range.start == SourcePosition(line: 2, column: 5))
  }
}
