import Declarations
import Testing

@Suite struct TemplateTests {
  private func shown(_ text: String) throws -> String {
    try Template.parse(text).parts.map { part in
      switch part {
      case .literal(let text): "'\(text)'"
      case .reference(let reference): "<\(reference.namespace)|\(reference.path.joined(separator: "|"))>"
      }
    }.joined()
  }

  @Test(arguments: [
    ("", ""), ("plain", "'plain'"), ("${run.id}", "<run|id>"), ("a${run.id}b", "'a'<run|id>'b'"),
    ("${a.b}${c.d}", "<a|b><c|d>"), ("$$", "'$'"), ("$$$$", "'$$'"), ("$$${a.b}", "'$'<a|b>"),
    ("$${a.b}", "'${a.b}'"),
    ("$", "'$'"), ("a$", "'a$'"), ("$5 and $HOME", "'$5 and $HOME'"), ("}{", "'}{'"),
    ("${steps.a-b.outputs.c_D9}", "<steps|a-b|outputs|c_D9>"), ("😀${a.b}é", "'😀'<a|b>'é'"),
  ])
  func aTextIsParsed(_ text: String, _ expected: String) throws { #expect(try shown(text) == expected) }

  @Test(arguments: [
    "${", "a ${run.id", "${}", "${run}", "${.id}", "${run.}", "${run..id}", "${ run.id }", "${run.id + 1}",
    "${run.id:-x}", "${run.${a.b}}", "${rün.id}", "${5}", "${run.id\n}",
  ])
  func aMalformedReferenceIsAnError(_ text: String) {
    #expect(throws: Template.Malformed.self) { try Template.parse(text) }
  }

  @Test func fillingReplacesReferencesAndNothingElse() throws {
    let text = try Template.parse("$$ ${a.b} $x").filled { _ in "${c.d} $$" }
    #expect(text == "$ ${c.d} $$ $x")
  }

  @Test func onlyATextWithoutReferencesIsLiteral() throws {
    #expect(try Template.parse("").literal == "")
    #expect(try Template.parse("a$$").literal == "a$")
    #expect(try Template.parse("${a.b}").literal == nil)
    #expect(try Template.parse("a${a.b}").literal == nil)
  }
}
