import HostSystem
import Testing
import Values

@Suite struct GzipBlockCodecTests {
  /// Blocks of every awkward kind and size.
  private static let blocks: [[UInt8]] = {
    var state: UInt64 = 7
    func noise(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(state >> 56)
      }
    }
    let text = Array(String(repeating: "insert into orders values (42, 'paid');\n", count: 30_000).utf8)
    return [
      [], [0], [1, 2, 3], Array(repeating: 0, count: 1 << 20), text, Array(text.prefix(65_535)),
      Array(text.prefix(65_536)), noise(1), noise(65_535), noise(65_536), noise(1 << 20),
      noise(300_000) + text,
      text + noise(400_000),
    ]
  }()

  private func encode(_ codec: GzipBlockCodec, _ block: [UInt8]) throws -> (
    member: [UInt8], tag: GzipBlockTag
  ) {
    var output = [UInt8](repeating: 0, count: GzipBlockCodec.capacity(for: block.count))
    let tag = try block.withUnsafeBytes { input in
      try output.withUnsafeMutableBytes { try codec.encode(input, into: $0) }
    }
    return (Array(output.prefix(tag.storedSize)), tag)
  }

  private func decode(_ codec: GzipBlockCodec, _ member: [UInt8], size: Int, _ digest: SHA256Digest) throws
    -> [UInt8]
  {
    var output = [UInt8](repeating: 0xee, count: size)
    try member.withUnsafeBytes { input in
      try output.withUnsafeMutableBytes { try codec.decode(input, digest: digest, into: $0) }
    }
    return output
  }

  @Test(arguments: DeflateCodec.Engine.allCases, DeflateCodec.Engine.allCases)
  func eachEngineReadsWhatTheOtherWrites(writer: DeflateCodec.Engine, reader: DeflateCodec.Engine) throws {
    for level in writer == .isal ? [0, 1, 2, 3] : [1, 6, 9] {
      let (encoder, decoder) = (GzipBlockCodec(engine: writer, level: level), GzipBlockCodec(engine: reader))
      for block in Self.blocks {
        let (member, tag) = try encode(encoder, block)
        #expect(tag.digest == SHA256Hasher.digest(block))
        #expect(try decode(decoder, member, size: block.count, tag.digest) == block)
      }
    }
  }

  @Test func noiseIsStoredAndNeverGrowsBeyondItsRoom() throws {
    let codec = GzipBlockCodec()
    for block in Self.blocks {
      let (member, tag) = try encode(codec, block)
      #expect(member.count <= GzipBlockCodec.capacity(for: block.count))
      #expect(member.withUnsafeBytes { GzipBlockTag(header: $0) } == tag)
    }
    #expect(try encode(codec, Self.blocks[10]).tag.flags == .stored)
    #expect(try encode(codec, Self.blocks[4]).tag.flags == [])
  }

  @Test(arguments: DeflateCodec.Engine.allCases)
  func noDamagedMemberIsAccepted(engine: DeflateCodec.Engine) throws {
    let codec = GzipBlockCodec(engine: engine)
    for block in [Self.blocks[2], Array(Self.blocks[4].prefix(5000)), Array(Self.blocks[10].prefix(3000))] {
      let (member, tag) = try encode(codec, block)
      for index in member.indices {
        for bit in [1, 0x80] as [UInt8] {
          var bad = member
          bad[index] ^= bit
          if let got = try? decode(codec, bad, size: block.count, tag.digest) {
            // Marks, the digest in the header, which the caller knows better, and bits that deflate leaves unused.
            #expect(got == block)
            #expect(index >= 24 && index < member.count - 8, "byte \(index)")
          }
        }
      }
      for size in [0, block.count - 1, block.count + 1] {
        #expect(throws: GzipBlockCodec.Failure.self) { try decode(codec, member, size: size, tag.digest) }
      }
      for count in 0..<min(member.count, 200) {
        #expect(throws: GzipBlockCodec.Failure.self) {
          try decode(codec, Array(member.prefix(count)), size: block.count, tag.digest)
        }
      }
      #expect(throws: GzipBlockCodec.Failure.self) {
        try decode(codec, member + [0], size: block.count, tag.digest)
      }
    }
  }

  @Test(arguments: DeflateCodec.Engine.allCases)
  func inflatingNeverWritesBeyondItsRoom(engine: DeflateCodec.Engine) throws {
    let codec = DeflateCodec(engine: engine, level: 2)
    let block = [UInt8](repeating: 65, count: 1 << 20)
    var stream = [UInt8](repeating: 0, count: 1 << 20)
    let count = try #require(
      block.withUnsafeBytes { input in stream.withUnsafeMutableBytes { codec.deflate(input, into: $0) } })
    var output = [UInt8](repeating: 0xee, count: 5000)
    let accepted = stream[..<count].withUnsafeBytes { input in
      output.withUnsafeMutableBytes {
        codec.inflate(input, into: UnsafeMutableRawBufferPointer(rebasing: $0[..<4096]))
      }
    }
    #expect(!accepted)
    #expect(output[4096...].allSatisfy { $0 == 0xee })
  }

  @Test(arguments: DeflateCodec.Engine.allCases)
  func garbageIsRefusedNotInflated(engine: DeflateCodec.Engine) {
    let codec = DeflateCodec(engine: engine)
    var state: UInt64 = 99
    var output = [UInt8](repeating: 0, count: 4096)
    for _ in 0..<2000 {
      let garbage = (0..<64).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(state >> 56)
      }
      _ = garbage.withUnsafeBytes { input in output.withUnsafeMutableBytes { codec.inflate(input, into: $0) }
      }
    }
    #expect(
      !output.withUnsafeMutableBytes { codec.inflate(UnsafeRawBufferPointer(start: nil, count: 0), into: $0) }
    )
  }

  @Test func bothEnginesSumAlike() {
    let (isal, zlib) = (DeflateCodec(engine: .isal), DeflateCodec(engine: .zlib))
    for block in Self.blocks {
      #expect(block.withUnsafeBytes { isal.crc32($0) } == block.withUnsafeBytes { zlib.crc32($0) })
    }
  }
}
