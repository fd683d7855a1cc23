import Diagnostics
import FoundationEssentials
import PlanSyntax
import Testing

/// Whatever the bytes are, the parser and the renderer return.
@Suite struct GarbageTests {
  static let corpus = Fixtures.path("Corpus/plan")

  /// A generator with a seed: each failure can be repeated.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }
  }

  static func corpusFiles() throws -> [(name: String, bytes: [UInt8])] {
    try FileManager.default.contentsOfDirectory(atPath: corpus).sorted().map { name in
      (name, Array(try Data(contentsOf: URL(filePath: "\(corpus)/\(name)"))))
    }
  }

  private func check(_ bytes: [UInt8], _ comment: Comment) {
    let (root, diagnostics) = PlanParser.parse(bytes: bytes, file: "plan.yaml")
    #expect(root != nil || !diagnostics.isEmpty, comment)
    for diagnostic in diagnostics {
      #expect(diagnostic.range.start >= SourceRange.beginning.start, comment)
      #expect(diagnostic.range.start <= diagnostic.range.end, comment)
    }
    let sources = ["plan.yaml": SourceText(bytes: bytes)]
    let text = DiagnosticRenderer.text(diagnostics, sources: sources, color: false)
    #expect(text.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A }, comment)
  }

  @Test func theCorpusIsReadToItsEnd() throws {
    let files = try Self.corpusFiles()
    #expect(files.count > 10)
    for file in files { check(file.bytes, "\(file.name)") }
  }

  @Test(arguments: 0..<20) func randomBytesAreAnswered(seed: UInt64) {
    var random = Random(state: seed)
    for _ in 0..<50 {
      check(
        (0..<Int.random(in: 0...300, using: &random)).map { _ in .random(in: 0...255, using: &random) },
        "\(seed)")
    }
  }

  @Test(arguments: 0..<20) func randomPunctuationIsAnswered(seed: UInt64) {
    var random = Random(state: seed)
    let alphabet = Array("ab: -[]{},&*!|>'\"%@`#?\n\n  \t\r~<0ä".utf8)
    for _ in 0..<200 {
      let count = Int.random(in: 0...120, using: &random)
      check((0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }, "\(seed)")
    }
  }

  @Test func everyPrefixOfAPlanIsAnswered() throws {
    for file in try Self.corpusFiles() where file.bytes.count < 3000 {
      for end in file.bytes.indices { check(Array(file.bytes[..<end]), "\(file.name) cut at \(end)") }
    }
  }

  @Test func everyPlanWithAChangedByteIsAnswered() throws {
    var random = Random(state: 7)
    for file in try Self.corpusFiles() where file.bytes.count < 3000 && !file.bytes.isEmpty {
      for _ in 0..<200 {
        var bytes = file.bytes
        bytes[Int.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
        check(bytes, "\(file.name)")
      }
    }
  }
}
