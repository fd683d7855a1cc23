import Declarations
import Diagnostics
import PlanSyntax
import Testing
import Values

@Suite struct ShapeTests {
  static let count = Key.required("count", ValueType<Int>.integer(), "how many")
  static let label = Key.optional(
    "label", ValueType<String>.text, default: "none", shownAs: "none", "what it is called")
  static let note = Key<String?>.optional("note", .text, "more about it")
  static let file = Key<String?>.optional("file", .text, "from a file")
  static let env = Key<String?>.optional("env", .text, "from the environment")
  static let shape = Shape(
    "a thing", [count.erased, label.erased, note.erased, file.erased, env.erased],
    rules: [.atMostOne(["file", "env"])],
    later: [LaterKey("vault", "from a vault")], synonyms: ["amount": "count"])

  private func read(_ yaml: String, _ shape: Shape = shape) -> (record: Record?, diagnostics: [Diagnostic]) {
    var decoding = Decoding(baseDirectory: "/")
    guard let root = PlanParser.parse(bytes: Array(yaml.utf8), file: "").root else { return (nil, []) }
    let record = shape.read(root, &decoding)
    return (record, decoding.diagnostics)
  }

  @Test func everyKindOfKeyIsReadWhenWritten() throws {
    let record = try #require(read("{count: 3, label: x, note: y, file: f}").record)
    #expect(record[Self.count] == 3)
    #expect(record[Self.label] == "x")
    #expect(record[Self.note] == "y")
    #expect(record[Self.file] == "f")
    #expect(record.has(Self.note))
    #expect(record.range(of: Self.note)?.start.column == 28)
  }

  @Test func everyKindOfKeyIsReadWhenLeftOut() throws {
    let record = try #require(read("{count: 3}").record)
    #expect(record[Self.label] == "none")
    #expect(record[Self.note] == nil)
    #expect(!record.has(Self.label))
    #expect(!record.has(Self.note))
    #expect(record.range(of: Self.note) == nil)
  }

  @Test func aMissingKeyIsReportedWithWhatItIs() {
    let (record, diagnostics) = read("{label: x}")
    #expect(record == nil)
    #expect(diagnostics.map(\.message) == ["missing key `count` in a thing"])
    #expect(diagnostics.map(\.hint) == ["`count`: how many"])
    #expect(diagnostics.map(\.rule) == [.missingKey])
  }

  @Test(arguments: [
    ("amount", "did you mean `count`?"), ("Count", "did you mean `count`?"),
    ("labl", "did you mean `label`?"), ("zzzzz", "the keys here are: count, label, note, file, env"),
  ])
  func anUnknownKeyIsReportedWithTheNearest(_ key: String, _ hint: String) {
    let (_, diagnostics) = read("{count: 3, \(key): 1}")
    #expect(diagnostics.map(\.rule) == [.unknownKey])
    #expect(diagnostics.map(\.hint) == [hint])
  }

  @Test func aKeyOfALaterVersionIsRefusedByName() {
    let (_, diagnostics) = read("{count: 3, vault: x}")
    #expect(diagnostics.map(\.rule) == [.notSupported])
    #expect(diagnostics.map(\.message) == ["`vault` is not supported by this version of drplan"])
  }

  @Test func everythingThatIsWrongIsReported() {
    let (_, diagnostics) = read("{label: [], nope: 1, file: a, env: b}")
    #expect(Set(diagnostics.map(\.rule)) == [.wrongType, .unknownKey, .missingKey, .conflictingKeys])
  }

  @Test func keysThatExcludeEachOtherAreRefused() {
    let (record, diagnostics) = read("{count: 3, file: a, env: b}")
    #expect(record == nil)
    #expect(diagnostics.map(\.message) == ["`env` cannot stand beside `file` in a thing"])
  }

  @Test func oneOfSeveralKeysMustBeThere() {
    let shape = Shape(
      "a source", [Self.file.erased, Self.env.erased], rules: [.exactlyOne(["file", "env"])])
    #expect(read("{}", shape).diagnostics.map(\.message) == ["a source needs one of `file`, `env`"])
    #expect(read("{env: a}", shape).diagnostics == [])
    #expect(read("{file: a, env: b}", shape).diagnostics.map(\.rule) == [.conflictingKeys])
  }

  @Test(arguments: ["[a]", "text", "~"]) func onlyAMappingHasKeys(_ yaml: String) {
    #expect(
      read("value: \(yaml)", Shape("x", [Key.required("value", Self.shape.value { _ in 0 }, "").erased]))
        .diagnostics.map(\.rule) == [.wrongType])
  }

  @Test func theSchemaSaysWhatTheShapeSays() {
    let schema = Self.shape.schema()
    #expect(schema["additionalProperties"] == false)
    #expect(schema["required"] == ["count"])
    #expect(schema["properties"]?["label"]?["description"] == "what it is called (default: none)")
    #expect(schema["properties"]?["note"]?["type"] == "string")
    let source = Shape(
      "a source", [Self.file.erased, Self.env.erased], rules: [.exactlyOne(["file", "env"])])
    #expect(source.schema()["oneOf"] == [["required": ["file"]], ["required": ["env"]]])
    #expect(source.schema()["required"] == nil)
  }

  @Test func theSchemaOfANumberAllowsAParameter() {
    #expect(Self.shape.schema()["properties"]?["count"]?["anyOf"]?.text().contains("params|plan") == true)
  }
}

@Suite struct KindFamilyTests {
  private static let family = KindFamily<String>(
    noun: "fruit", key: "type",
    entries: [
      .init(
        KindDeclaration(
          "Apple", summary: "", notes: "", example: "", shape: Shape("an apple", [ShapeTests.count.erased]))
      ) { "apple \($0[ShapeTests.count])" },
      .init(KindDeclaration("Pear", summary: "", notes: "", example: "", shape: Shape("a pear", []))) { _ in
        "pear"
      },
    ], later: [LaterKey("Mango", "a mango")])

  private func read(_ yaml: String) -> (value: KindValue<String>?, diagnostics: [Diagnostic]) {
    let read = ReadValue(Self.family.flat(Shape("a fruit", [ShapeTests.note.erased])), yaml)
    return (read.value, read.decoding.diagnostics)
  }

  @Test func aKindIsReadWithCommonAndOwnKeys() {
    let value = read("{type: Apple, count: 3, note: n}").value
    #expect(value?.kind == "Apple")
    #expect(value?.product == "apple 3")
    #expect(value?.record[ShapeTests.note] == "n")
  }

  @Test(arguments: [
    ("{type: Aple}", "unknown fruit `Aple`", "did you mean `Apple`? known: Apple, Pear"),
    ("{type: Zucchini}", "unknown fruit `Zucchini`", "known: Apple, Pear"),
    ("{count: 3}", "this fruit needs the key `type`", "one of Apple, Pear"),
    ("{type: Mango}", "the fruit `Mango` is not supported by this version of drplan", "it would be: a mango"),
    ("{type: Pear, count: 3}", "unknown key `count` in a pear", "the keys here are: note"),
  ])
  func whatIsNoKindIsRefused(_ yaml: String, _ message: String, _ hint: String) {
    let (_, diagnostics) = read(yaml)
    #expect(diagnostics.map(\.message) == [message])
    #expect(diagnostics.map(\.hint) == [hint])
  }

  @Test(arguments: ["{type: [Apple]}", "Apple", "[Apple]", "{type: {}}"]) func theNameOfAKindIsAText(
    _ yaml: String
  ) {
    #expect(read(yaml).diagnostics.map(\.rule) == [.wrongType])
  }

  @Test func theSchemaBranchesByKind() {
    let schema = Self.family.flat(Shape("a fruit", [ShapeTests.note.erased])).schema
    #expect(schema["properties"]?["type"]?["enum"] == ["Apple", "Pear"])
    #expect(schema["required"] == ["type"])
    guard case .array(let branches)? = schema["allOf"] else {
      Issue.record("no branches")
      return
    }
    #expect(branches.count == 2)
    #expect(branches[0]["then"]?["required"] == ["count"])
  }
}
