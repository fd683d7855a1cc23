import DrplanTestKit
import PlanSyntax
import Testing

/// The quick reader and libyaml agree on every text that the quick one reads.
@Suite struct PlainReaderTests {
  @Test(arguments: [
    "a: b\n", "a: b", "---\na: b\n", "# c\n\na: b # d\n\n\n", "a:\nb:\n", "a:   # nothing\nb: c\n",
    "- a\n- b\n", "-\n- a\n-   # x\n", "- - a\n  - b\n- c\n", "a:\n- b\n- c: d\n  e: f\ng: h\n",
    "a:\n  - b\n  -   c: d\n      e: f\n", "- a:\n  - x\n- b:\n- c\n", "  a: b\n  c:\n    d\n",
    "a: 'x y' # z\nb: \"q\"\n'k': v\n\"l\" : w\n", "a : b\nc :\n  d : e\n",
    "a: {}\nb: []\nc: {d: [e, {f: g}], h: 'i'}\n",
    "a: [x, y, ]\nb: {c: d, }\n", "u: http://a.b/c?d=e#f\nv: [http://a/b, c:d]\n",
    "a: -1\nb: --x\nc: a-b - c\n",
    "größe: ä # ü\nö: {ä: ß, 'é': \"🙂\"}\n- x\n", "größe: ä # ü\nö: {ä: ß, 'é': \"🙂\"}\nz: y2\n",
    "a: no\na: 010\n",
    "a: b}\nc: d]\ne: f, g\n", "a: x#y\nb: x #y\n", "a: ~\nb: null\n<<: {c: d}\n", "a: ${b.c}\nd: \"${e}\"\n",
  ])
  func bothReadersAgree(text: String) {
    #expect(PlanParser.compareReaders(Array(text.utf8)) != .different)
  }

  @Test(arguments: ["least.yaml", "orders.yaml"])
  func aRealPlanIsReadQuickly(name: String) throws {
    let file = try #require(try GarbageTests.corpusFiles().first { $0.name == name })
    // The one with a block of text is for libyaml.
    #expect(PlanParser.compareReaders(file.bytes) == (name == "orders.yaml" ? .notPlain : .equal))
  }

  @Test(arguments: [
    "a: |\n  b\n", "a: &x b\n", "a: *x\n", "a: !!str b\n", "a: b\n  c\n", "a: [b,\n  c]\n", "? a\n: b\n",
    "a: \"\\n\"\n",
    "a: 'it''s'\n", "a:\tb\n", "a: b\r\n", "a: b: c\n", "a: b\n---\nc: d\n", "%YAML 1.1\n---\na: b\n", "a\n",
    "[a]\n",
    "a: b\n c: d\n", "a:\n  b: c\n d: e\n", "- a\nb: c\n", "a: b\n- c\n", "[a]: b\n", "a: [b]: c\n",
    "a: @b\n", "",
    "a: - b\n", "a: 'b' c\n", "a: [b]c\n", "a: [b]#c\n", "a: {b}\n", "a: [b: c]\n", "a: {b: }\n",
    "a: \u{7F}\n",
  ])
  func whatIsNotPlainIsLeftToLibyaml(text: String) {
    #expect(PlanParser.compareReaders(Array(text.utf8)) == .notPlain)
  }

  @Test(arguments: 0..<40) func randomStructuresAreReadAlike(seed: UInt64) {
    var random = GarbageTests.Random(state: seed)
    let pieces = [
      "a", "b: ", "b:", "\n", "\n", "\n  ", "\n    ", "- ", "-", "[", "]", "{", "}", ", ", ",", "'", "\"",
      "# c", " ", "ä", "x: y",
      "\n- ", "\n  - ", "\nk: ", "\n  k: v", ":", "--- ", "[a, b]", "{a: b}", "'q'", "no", "?", "a b", "\n\n",
    ]
    var read = 0
    for _ in 0..<2000 {
      let count = Int.random(in: 1...10, using: &random)
      let text = "k: " + (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      let comparison = PlanParser.compareReaders(Array(text.utf8))
      #expect(comparison != .different, "\(text.debugDescription)")
      read += comparison == .equal ? 1 : 0
    }
    #expect(read > 50)
  }
}
