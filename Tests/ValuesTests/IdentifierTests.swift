import FoundationEssentials
import Testing
import Values

@Suite struct IdentifierTests {
  @Test(arguments: ["a", "orders", "restore-orders", "db2", "a-1-b", String(repeating: "x", count: 63)])
  func aNameIsTaken(_ text: String) { #expect(StepID(text)?.text == text) }

  @Test(arguments: [
    "", "-", "-a", "a-", "a--b", "2db", "Orders", "a_b", "a b", "a.b", "a/b", "../a", "ä", "a\n",
    String(repeating: "x", count: 64), "a\u{0}",
  ])
  func whatIsNoNameIsRefused(_ text: String) { #expect(StepID(text) == nil) }

  @Test func aNameReadsBackFromJSON() throws {
    let name = try #require(DatabaseID("orders-2"))
    let data = try JSONEncoder().encode([name])
    #expect(String(decoding: data, as: UTF8.self) == #"["orders-2"]"#)
    #expect(try JSONDecoder().decode([DatabaseID].self, from: data) == [name])
  }

  @Test func aMalformedNameInJSONIsAnError() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([DatabaseID].self, from: Data(#"["../etc"]"#.utf8))
    }
  }
}
