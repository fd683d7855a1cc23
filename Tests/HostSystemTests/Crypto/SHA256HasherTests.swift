import HostSystem
import Testing
import Values

@Suite struct SHA256HasherTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func theStandardsExamplesHold(text: String, hex: String) {
    #expect(SHA256Hasher.digest(Array(text.utf8)).description == hex)
  }

  @Test func piecesGiveTheSameAsTheWhole() {
    let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let hasher = SHA256Hasher()
    for start in stride(from: 0, to: bytes.count, by: 333) {
      hasher.update(Array(bytes[start..<min(start + 333, bytes.count)]))
    }
    #expect(hasher.finish() == SHA256Hasher.digest(bytes))
  }

  @Test func finishingRestarts() {
    let hasher = SHA256Hasher()
    hasher.update([1])
    let first = hasher.finish()
    hasher.update([1])
    #expect(hasher.finish() == first)
  }

  @Test func aCopyGoesItsOwnWay() {
    let hasher = SHA256Hasher()
    hasher.update([1])
    let copy = hasher.copy()
    hasher.update([2])
    copy.update([3])
    #expect(hasher.finish() == SHA256Hasher.digest([1, 2]))
    #expect(copy.finish() == SHA256Hasher.digest([1, 3]))
  }
}
