import CSystemShims

/// Unpredictable bytes from the kernel.
public enum RandomBytes {
  /// That many bytes.
  public static func make(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      // getrandom(2) on valid memory fails only on kernels older than 3.17, where nothing here runs.
      precondition(drplan_random(buffer.baseAddress, UInt64(count)) == 0, "the kernel gives no random bytes")
      initialized = count
    }
  }

  /// That many hexadecimal digits.
  public static func hex(_ digits: Int) -> String {
    let alphabet = Array("0123456789abcdef".utf8)
    return String(decoding: make(digits).map { alphabet[Int($0 & 15)] }, as: UTF8.self)
  }

  /// Thirty-two random bits.
  public static func word() -> UInt32 { make(4).reduce(0) { $0 << 8 | UInt32($1) } }
}
