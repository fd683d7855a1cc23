import CISAL
import CZlib
import Glibc

/// Compresses and inflates whole blocks as raw deflate.
///
/// One codec serves one thread at a time. Both engines write the same format and read each other's.
public final class DeflateCodec {
  /// The library that does the work.
  public enum Engine: Sendable, CaseIterable {
    /// Intel's storage library: several times zlib's speed, levels 0 to 3.
    case isal
    /// The reference: levels 1 to 9.
    case zlib
  }

  private let engine: Engine
  private let level: Int
  private let deflater: UnsafeMutableRawPointer?
  private let inflater: UnsafeMutableRawPointer?

  /// A codec; ISA-L's level 2 is what `igzip` uses.
  public init(engine: Engine = .isal, level: Int = 2) {
    self.engine = engine
    self.level = level
    switch engine {
    case .isal:
      deflater = drplan_isal_deflater_make(UInt32(min(max(level, 0), 3)))
      inflater = drplan_isal_inflater_make()
      precondition(deflater != nil && inflater != nil, "no memory for a codec")
    case .zlib:
      deflater = nil
      inflater = nil
    }
  }

  deinit {
    drplan_isal_deflater_free(deflater)
    free(inflater)
  }

  /// Compresses `input` into `output`; the number of bytes written, nil when they do not fit.
  public func deflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
    let capacity = UInt32(clamping: output.count)
    let count =
      switch engine {
      case .isal:
        drplan_isal_deflate(deflater, input.baseAddress, UInt32(input.count), output.baseAddress, capacity)
      case .zlib:
        drplan_zlib_deflate(
          Int32(level), input.baseAddress, UInt32(input.count), output.baseAddress, capacity)
      }
    return count < 0 ? nil : Int(count)
  }

  /// Writes `input` as deflate blocks without compression; the number of bytes written, nil when they do not fit.
  public func store(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Int? {
    guard Self.storedSize(of: input.count) <= output.count else { return nil }
    var position = 0
    var offset = 0
    repeat {
      let count = min(input.count - offset, 65_535)
      output[position] = offset + count == input.count ? 1 : 0
      output.storeBytes(of: UInt16(count).littleEndian, toByteOffset: position + 1, as: UInt16.self)
      output.storeBytes(of: (~UInt16(count)).littleEndian, toByteOffset: position + 3, as: UInt16.self)
      position += 5
      UnsafeMutableRawBufferPointer(rebasing: output[position..<position + count])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: input[offset..<offset + count]))
      position += count
      offset += count
    } while offset < input.count
    return position
  }

  /// Inflates a stream that must begin at the start of `input`, end exactly at its end and fill `output`
  /// exactly; false for anything else.
  ///
  /// Never writes beyond `output`, whatever the stream says.
  public func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
    guard input.count > 0, input.count <= Int(UInt32.max), output.count <= Int(UInt32.max) else {
      return false
    }
    let consumed =
      switch engine {
      case .isal:
        drplan_isal_inflate(
          inflater, input.baseAddress, UInt32(input.count), output.baseAddress, UInt32(output.count))
      case .zlib:
        drplan_zlib_inflate(input.baseAddress, UInt32(input.count), output.baseAddress, UInt32(output.count))
      }
    return consumed == Int64(input.count)
  }

  /// The CRC-32 of gzip.
  public func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    switch engine {
    case .isal: drplan_isal_crc32(bytes.baseAddress, UInt64(bytes.count))
    case .zlib:
      UInt32(
        truncatingIfNeeded: CZlib.crc32_z(
          0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
  }

  /// The size of `count` bytes as stored deflate blocks: no block ever needs more.
  public static func storedSize(of count: Int) -> Int { count + 5 * max(1, (count + 65_534) / 65_535) }
}
