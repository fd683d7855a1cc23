import Declarations
import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing
import Values

/// Reads one value of a type from YAML.
struct ReadValue<Value: Sendable> {
  let value: Value?
  let decoding: Decoding

  init(_ type: ValueType<Value>, _ yaml: String) {
    let root = PlanParser.parse(bytes: Array("value: \(yaml)\n".utf8), file: "").root
    var decoding = Decoding(baseDirectory: "/plans/orders")
    value = root?["value"].flatMap { type.read($0, &decoding) }
    self.decoding = decoding
  }

  var codes: [String] { decoding.diagnostics.map(\.rule.code) }
  var messages: [String] { decoding.diagnostics.map(\.message) }
}

@Suite struct ValueTypeTests {
  enum Colour: String, CaseIterable, Sendable {
    case red = "Red"
    case green = "Green"
  }

  private func expectRefused<Value>(
    _ type: ValueType<Value>, _ yaml: String, _ code: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let read = ReadValue(type, yaml)
    #expect(read.value == nil, sourceLocation: sourceLocation)
    #expect(read.codes == [code], sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    ("orders", "orders"), ("\"true\"", "true"), ("5", "5"), ("\"\"", ""), ("\"null\"", "null"),
    ("costs $5", "costs $5"),
    ("costs $$5", "costs $5"), ("\"$${params.x}\"", "${params.x}"), ("\"~\"", "~"),
  ])
  func aTextIsRead(_ yaml: String, _ expected: String) {
    let read = ReadValue(ValueType<String>.text, yaml)
    #expect(read.value == expected)
    #expect(read.codes == [])
  }

  @Test(arguments: [
    ("true", "DRP103"), ("", "DRP103"), ("~", "DRP103"), ("[a]", "DRP103"), ("{a: b}", "DRP103"),
    ("\"${run.id}\"", "DRP207"), ("\"${secrets.key}\"", "DRP502"), ("\"${run\"", "DRP206"),
    ("\"${}\"", "DRP206"),
  ])
  func anotherValueIsNoText(_ yaml: String, _ code: String) { expectRefused(.text, yaml, code) }

  @Test(arguments: [
    ("orders.db", "/plans/orders/orders.db"), ("../var/./x//y/", "/plans/var/x/y"), ("/srv/../etc", "/etc"),
    ("../../../..", "/"), (".", "/plans/orders"),
  ])
  func aPathCountsFromThePlan(_ yaml: String, _ expected: String) {
    #expect(ReadValue(ValueType<String>.path, yaml).value == expected)
  }

  @Test func anEmptyPathIsRefused() { expectRefused(.path, "\"\"", "DRP105") }

  @Test(arguments: [
    "http://127.0.0.1:8080/healthz", "https://example.net", "http://[::1]:80/", "https://h/?user=a@b",
    "http://h#@",
  ])
  func aURLIsRead(_ text: String) { #expect(ReadValue(ValueType<String>.url, "\"\(text)\"").value == text) }

  @Test(arguments: [
    "localhost:8080", "ftp://h/", "http:///path", "http://", "http://:80/", "http://h/a b", "http://h\\u0001",
  ])
  func whatIsNoURLIsRefused(_ text: String) { expectRefused(.url, "\"\(text)\"", "DRP109") }

  @Test func credentialsInAURLAreRefused() { expectRefused(.url, "\"https://user:word@h/\"", "DRP501") }

  @Test func theNameOfAnEnvironmentVariableIsRead() {
    #expect(ReadValue(ValueType<String>.environmentName, "_KEY_2").value == "_KEY_2")
    for text in ["2KEY", "A-B", "\"\"", "A B", "ä"] { expectRefused(.environmentName, text, "DRP105") }
  }

  @Test func aTemplateKeepsItsReferencesForTheRun() throws {
    let read = ReadValue(ValueType<Template>.template, "\"a ${run.id} b $$\"")
    #expect(try #require(read.value).references.map(\.description) == ["${run.id}"])
    #expect(read.decoding.references.map(\.reference.description) == ["${run.id}"])
    expectRefused(.template, "\"${secrets.key}\"", "DRP502")
    expectRefused(.template, "\"${broken\"", "DRP206")
    expectRefused(.template, "[a]", "DRP103")
  }

  @Test func aSecretIsAReferenceAndNothingElse() {
    let read = ReadValue(ValueType<SecretReference>.secret, "\"${secrets.key}\"")
    #expect(read.value == SecretReference(name: "key"))
    #expect(read.decoding.uses.map(\.name) == ["key"])
    for text in ["hunter2", "\"x${secrets.key}\"", "\"${params.key}\"", "\"${secrets.a.b}\""] {
      expectRefused(.secret, text, "DRP501")
    }
  }

  @Test func aRefusedSecretIsNotShown() {
    let read = ReadValue(ValueType<SecretReference>.secret, "hunter2")
    #expect(!read.messages.joined().contains("hunter2"))
  }

  @Test func booleansArePlainWords() {
    #expect(ReadValue(ValueType<Bool>.boolean, "true").value == true)
    #expect(ReadValue(ValueType<Bool>.boolean, "false").value == false)
    for text in ["\"true\"", "True", "1", ""] { expectRefused(.boolean, text, "DRP103") }
    expectRefused(.boolean, "\"${run.mode}\"", "DRP207")
  }

  @Test func wholeNumbersHaveARange() {
    let type = ValueType<Int>.integer(1...9)
    #expect(ReadValue(type, "9").value == 9)
    for text in ["0", "10", "-1"] { expectRefused(type, text, "DRP105") }
    for text in ["\"5\"", "5.0", "five", "", "[5]"] { expectRefused(type, text, "DRP103") }
    expectRefused(type, "\"${run.id}\"", "DRP207")
    #expect(ReadValue(.integer(), "-1").messages == ["-1 is out of range: it must be at least 0"])
  }

  @Test func decimalsHaveAMinimum() {
    #expect(ReadValue(.decimal(atLeast: 1), "2.5").value == 2.5)
    expectRefused(.decimal(atLeast: 1), "0.5", "DRP105")
    for text in ["two", "\"2\"", "inf", "nan"] { expectRefused(.decimal(atLeast: 1), text, "DRP103") }
  }

  @Test func percentagesAreFractions() {
    #expect(ReadValue(.percentage, "2.5%").value == 0.025)
    #expect(ReadValue(.percentage, "0%").value == 0)
    for text in ["5", "101%", "-1%", "\"%\"", "\"0x10%\"", "1e1%", "nan%", "[5%]"] {
      expectRefused(.percentage, text, "DRP103")
    }
  }

  @Test func durationsCarryAUnit() {
    #expect(ReadValue(.duration(), "1h30m").value == .seconds(5400))
    #expect(ReadValue(.duration(), "\"90s\"").value == .seconds(90))
    #expect(ReadValue(.duration(orZero: true), "0s").value == .zero)
    for text in ["30", "1.5", "0s", "fast", "nan", "-5s", "\"\"", "1h 30m"] {
      expectRefused(.duration(), text, "DRP106")
    }
    for text in ["", "[5m]"] { expectRefused(.duration(), text, "DRP103") }
    #expect(ReadValue(.duration(), "30").messages == ["the duration `30` needs a unit"])
    #expect(ReadValue(.duration(), "nan").messages == ["`nan` is not a duration"])
  }

  @Test func aReferenceInADurationIsReportedOnce() {
    expectRefused(.duration(), "\"${run.recoveryTime}\"", "DRP207")
    expectRefused(.duration(), "\"${broken\"", "DRP206")
    expectRefused(.duration(), "\"${secrets.key}\"", "DRP502")
  }

  @Test func sizesCarryAUnit() {
    #expect(ReadValue(.byteSize, "64MiB").value == ByteCount(64 << 20))
    for text in ["64", "64M", "[64MiB]"] { expectRefused(.byteSize, text, "DRP107") }
  }

  @Test func recoveryPointsAreRead() {
    #expect(ReadValue(.recoveryPoint, "Latest").value == .latest)
    for text in ["latest", "yesterday", "2026-11-20"] { expectRefused(.recoveryPoint, text, "DRP112") }
  }

  @Test func aChoiceIsSpelledExactly() {
    let type = ValueType<Colour>.choice("a colour")
    #expect(ReadValue(type, "Green").value == .green)
    let read = ReadValue(type, "green")
    #expect(read.codes == ["DRP110"])
    #expect(read.decoding.diagnostics[0].hint == "did you mean `Green`?")
    expectRefused(type, "[Green]", "DRP103")
    expectRefused(type, "", "DRP103")
  }

  @Test func namesOfOtherPartsAreNoted() throws {
    let read = ReadValue(ValueType<DatabaseID>.name(.database), "orders")
    #expect(read.value?.text == "orders")
    #expect(read.decoding.uses.map(\.family) == [.database])
    expectRefused(ValueType<DatabaseID>.name(.database), "Orders", "DRP108")
  }

  @Test func argumentsAreAListOfTexts() {
    #expect(ReadValue(.arguments, "[a, \"${run.id}\"]").value?.count == 2)
    expectRefused(.arguments, "[]", "DRP105")
    expectRefused(.arguments, "a b", "DRP103")
  }

  @Test func aListReadsEveryElement() {
    let type = ValueType<Int>.integer(0...9).list()
    #expect(ReadValue(type, "[1, 2]").value == [1, 2])
    #expect(ReadValue(type, "[]").value == [])
    #expect(ReadValue(type, "[x, 2, y]").codes == ["DRP103", "DRP103"])
    #expect(
      ReadValue(type, "1").messages == ["expected a list `[...]`, each element a whole number, found `1`"])
  }

  @Test func namedValuesKeepTheirOrder() {
    let type = ValueType<String>.text.named()
    #expect(ReadValue(type, "{z: a, b: c}").value?.map(\.name) == ["z", "b"])
    #expect(ReadValue(type, "{z: [], b: c, d: {}}").codes == ["DRP103", "DRP103"])
    expectRefused(type, "[a]", "DRP103")
  }
}
