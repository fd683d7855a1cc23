import FoundationEssentials
import Testing
import Values

@Suite struct SHA256DigestTests {
  private let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  @Test func everyDigestReadsBackFromItsText() throws {
    var numbers = SeededNumbers(seed: 5)
    for _ in 0..<500 {
      let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &numbers) }
      let digest = try #require(SHA256Digest(bytes: bytes))
      #expect(digest.bytes == bytes)
      #expect(SHA256Digest(hex: digest.description) == digest)
    }
  }

  @Test func textIs64LowerCaseDigits() {
    #expect(SHA256Digest(hex: empty)?.description == empty)
    #expect(SHA256Digest(hex: empty)?.short == "e3b0c44298fc")
    #expect(SHA256Digest.zero.description == String(repeating: "0", count: 64))
  }

  @Test func anotherLengthOrDigitIsRefused() {
    #expect(SHA256Digest(hex: empty.dropLast()) == nil)
    #expect(SHA256Digest(hex: empty + "00") == nil)
    #expect(SHA256Digest(hex: empty.uppercased()) == nil)
    #expect(SHA256Digest(hex: empty.replacing("e3", with: "g3")) == nil)
    #expect(SHA256Digest(bytes: [1, 2, 3]) == nil)
    #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: 33)) == nil)
  }

  @Test func digestsThatDifferInTheLastBitDiffer() throws {
    var bytes = [UInt8](repeating: 0, count: 32)
    bytes[31] = 1
    let one = try #require(SHA256Digest(bytes: bytes))
    #expect(one != .zero)
    #expect(.zero < one)
  }

  @Test func aDigestReadsBackFromJSON() throws {
    let digest = try #require(SHA256Digest(hex: empty))
    let data = try JSONEncoder().encode([digest])
    #expect(try JSONDecoder().decode([SHA256Digest].self, from: data) == [digest])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([SHA256Digest].self, from: Data(#"["00"]"#.utf8))
    }
  }
}
