import FoundationEssentials
import Testing
import Values

@Suite struct JSONValueTests {
  private func decoded<Value: Decodable>(_ json: JSONValue, as type: Value.Type, pretty: Bool = false) throws
    -> Value
  {
    try JSONDecoder().decode(type, from: Data(json.text(pretty: pretty).utf8))
  }

  @Test func everyCharacterSurvivesADecoder() throws {
    var text = "\u{2028}\u{2029}\u{feff}\u{1F4BE}e\u{301}\"\\/\r\n"
    for value in 0..<UInt32(0x180) { Unicode.Scalar(value).map { text.unicodeScalars.append($0) } }
    #expect(try decoded([.string(text)], as: [String].self) == [text])
    #expect(try decoded([.string(text)], as: [String].self, pretty: true) == [text])
  }

  @Test func controlCharactersAreEscaped() {
    #expect(JSONValue.quoted("\u{1b}[2J\u{7}\u{9b}\u{7f}\0") == #""\u001b[2J\u0007\u009b\u007f\u0000""#)
    #expect(JSONValue.quoted("a\tb\nc\rd") == #""a\tb\nc\rd""#)
  }

  @Test func quotesAndBackslashesAreEscaped() {
    #expect(JSONValue.quoted(#"say "no" \ never"#) == #""say \"no\" \\ never""#)
  }

  @Test func keysAreEscapedToo() {
    #expect(JSONValue.object([.init("a\"b", 1)]).text() == #"{"a\"b":1}"#)
  }

  @Test func keysKeepTheirOrder() {
    let value: JSONValue = ["zebra": 1, "apple": [true, .null, "x"], "mango": [:], "list": []]
    #expect(value.text() == #"{"zebra":1,"apple":[true,null,"x"],"mango":{},"list":[]}"#)
  }

  @Test func prettyTextIsIndentedByTwo() {
    let value: JSONValue = ["a": [1, 2], "b": ["c": true], "d": []]
    #expect(
      value.text(pretty: true) == """
        {
          "a": [
            1,
            2
          ],
          "b": {
            "c": true
          },
          "d": []
        }
        """)
  }

  @Test(arguments: [0.0, -1.5, 12.431, 900, 1e-9, 1e300, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
  func everyNumberSurvivesADecoder(_ number: Double) throws {
    #expect(try decoded([.number(number)], as: [Double].self) == [number])
  }

  @Test func integersKeepAll64Bits() throws {
    let numbers = [Int64.max, Int64.min, 0, -1]
    #expect(try decoded(.array(numbers.map { .integer($0) }), as: [Int64].self) == numbers)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func whatIsNoNumberPrintsAsNull(_ number: Double) { #expect(JSONValue.number(number).text() == "null") }

  @Test func membersAreFoundByKey() {
    let value: JSONValue = ["a": 1, "b": 2]
    #expect(value["b"] == 2)
    #expect(value["c"] == nil)
    #expect(JSONValue.array([1])["a"] == nil)
  }
}
