import Values

/// Takes the values of secrets out of text that a program printed.
struct SecretMask: Sendable {
  private let values: [String]

  /// Masks these secrets.
  ///
  /// Of a secret of several lines each line is masked too, because output comes in lines.
  init(_ secrets: [Secret]) {
    var values: Set<String> = []
    for secret in secrets {
      secret.reveal { value in
        if !value.isEmpty { values.insert(value) }
        let lines = value.split(whereSeparator: \.isNewline)
        guard lines.count > 1 else { return }
        for line in lines where line.utf8.count >= 8 { values.insert(String(line)) }
      }
    }
    // The longest first, so that no part of one is left by masking another within it.
    self.values = values.sorted { ($0.utf8.count, $0) > ($1.utf8.count, $1) }
  }

  /// The text with `***` in place of each secret.
  func masked(_ text: String) -> String {
    var text = text
    for value in values { text = Self.replacing(value, in: text) }
    return text
  }

  /// By bytes: a value cut out of the middle of a grapheme is as secret as any.
  private static func replacing(_ value: String, in text: String) -> String {
    let (needle, hay) = (Array(value.utf8), Array(text.utf8))
    guard let first = needle.first, hay.count >= needle.count else { return text }
    var output: [UInt8] = []
    var index = 0
    var found = false
    while index < hay.count {
      if hay[index] == first, hay.count - index >= needle.count,
        hay[index..<index + needle.count].elementsEqual(needle)
      {
        output += Array("***".utf8)
        index += needle.count
        found = true
      } else {
        output.append(hay[index])
        index += 1
      }
    }
    return found ? String(decoding: output, as: UTF8.self) : text
  }
}
