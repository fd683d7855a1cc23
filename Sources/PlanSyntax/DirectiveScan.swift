/// Guards libyaml against texts made of directives, which it compares pairwise.
enum DirectiveScan {
  /// The most lines that may begin with `%`.
  static let most = 64

  /// Whether few enough lines begin with `%`.
  static func isHarmless(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var count = 0
    var previous = UInt8(ascii: "\n")
    for byte in text {
      if byte == UInt8(ascii: "%"), previous == UInt8(ascii: "\n") || previous == UInt8(ascii: "\r") {
        count += 1
      }
      previous = byte
    }
    return count <= most
  }
}
