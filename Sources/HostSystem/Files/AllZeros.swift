import Glibc

extension UnsafeRawBufferPointer {
  /// Whether every byte is zero; an empty buffer counts as not.
  public var isAllZeros: Bool {
    guard let base = baseAddress, count > 0, self[0] == 0 else { return false }
    // Equal to itself moved by one: every byte is the first.
    return count == 1 || memcmp(base, base + 1, count - 1) == 0
  }
}
