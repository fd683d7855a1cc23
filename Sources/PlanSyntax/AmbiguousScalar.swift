/// Finds plain scalars that YAML 1.1 and YAML 1.2 (core schema) read differently.
///
/// Not among them: timestamps (`2026-11-20`), which are text here and the same instant there, and numbers with several
/// dots, which no reader of 1.1 takes for numbers although its specification could be read so.
struct AmbiguousScalar {
  /// What YAML 1.1 makes of it.
  let older: String
  /// What YAML 1.2 makes of it.
  let newer: String
  /// What to write instead.
  let remedy: String

  /// Nil when both agree.
  ///
  /// Reads no more than the first byte of most texts.
  init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard let first = text.first, text.count <= 64 else { return nil }
    switch first {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
      guard Self.deservesALook(text) else { return nil }
      self.init(number: String(decoding: text, as: UTF8.self))
    case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "o"),
      UInt8(ascii: "O"):
      guard text.count <= 3 else { return nil }
      self.init(word: String(decoding: text, as: UTF8.self))
    default:
      return nil
    }
  }

  /// Whether a text that begins like a number has any of what makes numbers ambiguous.
  private static func deservesALook(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var isAfterSign = true
    for (index, byte) in text.enumerated() {
      switch byte {
      case UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "e"), UInt8(ascii: "E"): return true
      case UInt8(ascii: "0"): if isAfterSign, index + 1 < text.count { return true }
      default: break
      }
      isAfterSign = index == 0 && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"))
    }
    return false
  }

  private init?(word: String) {
    let older: String
    switch word {
    case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON": older = "true"
    case "n", "N", "no", "No", "NO", "off", "Off", "OFF": older = "false"
    default: return nil
    }
    self.init(older: older, newer: "text", remedy: "write `\(older)`, or quote it: `\"\(word)\"`")
  }

  private init(older: String, newer: String, remedy: String) {
    self.older = older
    self.newer = newer
    self.remedy = remedy
  }

  private init?(number text: String) {
    let isNegative = text.hasPrefix("-")
    let isSigned = isNegative || text.hasPrefix("+")
    let body = Array(text.utf8.dropFirst(isSigned ? 1 : 0))
    let sign = isNegative ? "-" : ""
    guard let first = body.first, Self.isDigit(first) || first == UInt8(ascii: ".") else { return nil }

    if let value = Self.sexagesimal(body) {
      let instead = body.contains(UInt8(ascii: ".")) ? "" : "write `\(value)s` for a duration, or "
      self.init(older: sign + value, newer: "text", remedy: "\(instead)quote it: `\"\(text)\"`")
    } else if first == UInt8(ascii: "0"), body.count > 1, Self.isLetter(body[1]) {
      self.init(prefixed: body, sign: sign, isSigned: isSigned, text: text)
    } else if body.count > 1, first == UInt8(ascii: "0"),
      body.allSatisfy({ Self.isDigit($0) || $0 == Self.underscore })
    {
      self.init(leadingZero: body, sign: sign, text: text)
    } else if body.contains(Self.underscore) {
      guard Self.isUnderscored(body) else { return nil }
      let plain = text.filter { $0 != "_" }
      self.init(older: plain, newer: "text", remedy: "write `\(plain)`, or quote it: `\"\(text)\"`")
    } else if Self.hasBareExponent(body) {
      self.init(older: "text", newer: "a number", remedy: "write the number out, or quote it: `\"\(text)\"`")
    } else {
      return nil
    }
  }

  /// `0b`, `0o` and `0x` with digits that fit.
  private init?(prefixed body: [UInt8], sign: String, isSigned: Bool, text: String) {
    let radix: Int
    switch body[1] {
    case UInt8(ascii: "b"): radix = 2
    case UInt8(ascii: "o"): radix = 8
    case UInt8(ascii: "x"): radix = 16
    default: return nil
    }
    let digits = body.dropFirst(2).filter { $0 != Self.underscore }
    guard !digits.isEmpty, digits.allSatisfy({ Self.digitValue($0) < radix }) else { return nil }
    let hasUnderscore = digits.count != body.count - 2
    // Both read `0xFF`; only 1.1 allows a sign or underscores in it, and only 1.2 knows `0o17`.
    if radix == 16, !isSigned, !hasUnderscore { return nil }
    if radix == 8, isSigned || hasUnderscore { return nil }
    let value = Int(String(decoding: digits, as: UTF8.self), radix: radix).map { sign + String($0) }
    let number = value ?? "a number"
    self.init(
      older: radix == 8 ? "text" : number, newer: radix == 8 ? number : "text",
      remedy: "\(value.map { "write `\($0)`, or " } ?? "")quote it: `\"\(text)\"`")
  }

  /// Octal once, decimal now: `010`.
  ///
  /// `007` is seven to both.
  private init?(leadingZero body: [UInt8], sign: String, text: String) {
    let digits = String(decoding: body.filter { $0 != Self.underscore }, as: UTF8.self)
    let hasUnderscore = digits.utf8.count != body.count
    let octal = Int(digits, radix: 8).map { sign + String($0) } ?? "text"
    let decimal = hasUnderscore ? "text" : Int(digits).map { sign + String($0) } ?? "a number"
    guard octal != decimal else { return nil }
    let shorter = String(digits.drop { $0 == "0" })
    self.init(
      older: octal, newer: decimal,
      remedy: "write `\(sign)\(shorter.isEmpty ? "0" : shorter)`, or quote it: `\"\(text)\"`")
  }

  /// `1:30`, `190:20:30`, `1:30.5`: numbers of base 60.
  private static func sexagesimal(_ body: [UInt8]) -> String? {
    let parts = body.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count > 1, let head = parts.first, !head.isEmpty else { return nil }
    let hasFraction = body.contains(UInt8(ascii: "."))
    // Without a fraction 1.1 wants the first digit to be no zero: `03:30` is text to both.
    guard hasFraction || head.first != UInt8(ascii: "0") else { return nil }
    guard head.allSatisfy({ isDigit($0) || $0 == underscore }), isDigit(head[head.startIndex]) else {
      return nil
    }
    var total = Int(String(decoding: head.filter { $0 != underscore }, as: UTF8.self))
    var fraction = ""
    for (index, part) in parts.enumerated().dropFirst() {
      var digits = part
      if index == parts.count - 1, let dot = part.firstIndex(of: UInt8(ascii: ".")) {
        digits = part[..<dot]
        let tail = part[(dot + 1)...]
        guard tail.allSatisfy({ isDigit($0) || $0 == underscore }) else { return nil }
        fraction = tail.isEmpty ? "" : "." + String(decoding: tail.filter { $0 != underscore }, as: UTF8.self)
      }
      guard (1...2).contains(digits.count), digits.allSatisfy(isDigit) else { return nil }
      guard let value = Int(String(decoding: digits, as: UTF8.self)), value < 60 else { return nil }
      let (shifted, overflows) = (total ?? 0).multipliedReportingOverflow(by: 60)
      total = overflows || total == nil ? nil : shifted &+ value
    }
    return total.map { "\($0)\(fraction)" } ?? "a number"
  }

  /// Digits and underscores with at most one dot.
  private static func isUnderscored(_ body: [UInt8]) -> Bool {
    guard let first = body.first, isDigit(first) else { return false }
    return body.allSatisfy { isDigit($0) || $0 == underscore || $0 == UInt8(ascii: ".") }
      && body.count { $0 == UInt8(ascii: ".") } <= 1
  }

  /// `1e3`, `1.5e3`, `12E+4`: numbers of 1.2 that lack the dot or the sign that 1.1 wants.
  private static func hasBareExponent(_ body: [UInt8]) -> Bool {
    guard let mark = body.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) else { return false }
    let mantissa = body[..<mark]
    var exponent = body[(mark + 1)...]
    let hasSign = exponent.first == UInt8(ascii: "+") || exponent.first == UInt8(ascii: "-")
    if hasSign { exponent = exponent.dropFirst() }
    let dots = mantissa.count { $0 == UInt8(ascii: ".") }
    guard dots <= 1, mantissa.contains(where: isDigit), !exponent.isEmpty, exponent.allSatisfy(isDigit) else {
      return false
    }
    guard mantissa.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: ".") }) else { return false }
    return dots == 0 || !hasSign
  }

  private static let underscore = UInt8(ascii: "_")
  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
  private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }
  private static func digitValue(_ byte: UInt8) -> Int {
    isDigit(byte) ? Int(byte) - 0x30 : isLetter(byte) ? Int(byte | 0x20) - 0x57 : Int.max
  }
}
