import Diagnostics
import PlanSyntax
public import Values

extension ValueType where Value == Int {
  /// A whole number within `range`.
  public static func integer(_ range: ClosedRange<Int> = 0...Int.max) -> ValueType<Int> {
    ValueType<Int>("a whole number", schema: SchemaText.orReference(integerSchema(range))) {
      node, decoding in
      guard case .scalar(let text, let style) = node.content, style == .plain, let value = Int(text) else {
        if decoding.reportsReference(in: node) { return nil }
        decoding.reportMismatch(node, expected: "a whole number")
        return nil
      }
      guard range.contains(value) else {
        let limits =
          range.upperBound == Int.max
          ? "at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
        decoding.report(.badValue, "\(value) is out of range: it must be \(limits)", at: node.range)
        return nil
      }
      return value
    }
  }
}

private func integerSchema(_ range: ClosedRange<Int>) -> JSONValue {
  let maximum: [JSONValue.Member] =
    range.upperBound < Int.max ? [.init("maximum", .integer(Int64(range.upperBound)))] : []
  return .object([.init("type", "integer"), .init("minimum", .integer(Int64(range.lowerBound)))] + maximum)
}

extension ValueType where Value == Double {
  /// A number, whole or with decimals.
  public static func decimal(atLeast minimum: Double) -> ValueType<Double> {
    ValueType<Double>(
      "a number", schema: SchemaText.orReference(["type": "number", "minimum": .number(minimum)])
    ) { node, decoding in
      guard case .scalar(let text, .plain) = node.content, let value = Double(text), value.isFinite else {
        if decoding.reportsReference(in: node) { return nil }
        decoding.reportMismatch(node, expected: "a number")
        return nil
      }
      guard value >= minimum else {
        decoding.report(.badValue, "\(text) is out of range: it must be at least \(minimum)", at: node.range)
        return nil
      }
      return value
    }
  }

  /// A percentage, `0%` or `2.5%`; gives the fraction.
  public static var percentage: ValueType<Double> {
    ValueType<Double>(
      "a percentage",
      schema: SchemaText.orReference(["type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?%$"])
    ) { node, decoding in
      guard let text = node.text, text.hasSuffix("%"), isDecimal(text.dropLast()),
        let value = Double(text.dropLast()), (0...100).contains(value)
      else {
        if decoding.reportsReference(in: node) { return nil }
        decoding.reportMismatch(node, expected: "a percentage such as `0%` or `2.5%`")
        return nil
      }
      return value / 100
    }
  }
}

/// Whether a text is digits with at most one point: `Double` reads `0x10`, `1e3` and `nan` too.
private func isDecimal(_ text: some StringProtocol) -> Bool {
  !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 } && Double(text) != nil
}

extension ValueType where Value == Duration {
  /// A duration with its unit, longer than zero unless `orZero`.
  public static func duration(orZero: Bool = false) -> ValueType<Duration> {
    ValueType<Duration>(
      "a duration",
      schema: SchemaText.orReference([
        "type": "string", "pattern": "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
      ])
    ) { node, decoding in
      guard case .scalar(let text, _) = node.content, !node.isNull else {
        decoding.reportMismatch(node, expected: "a duration such as `90s`")
        return nil
      }
      if decoding.reportsReference(in: node) { return nil }
      if isDecimal(text) {
        decoding.report(
          .badDuration, "the duration `\(text)` needs a unit", at: node.range,
          hint: "`\(text)s` or `\(text)m`?")
        return nil
      }
      guard let value = Duration(planText: text) else {
        decoding.report(
          .badDuration, "`\(text)` is not a duration", at: node.range,
          hint: "write it with units from large to small: `90s`, `15m`, `1h30m`, `250ms`, `7d`")
        return nil
      }
      guard orZero || value > .zero else {
        decoding.report(.badDuration, "this duration must be longer than zero", at: node.range)
        return nil
      }
      return value
    }
  }
}

extension ValueType where Value == ByteCount {
  /// A number of bytes with its unit.
  public static var byteSize: ValueType<ByteCount> {
    ValueType<ByteCount>(
      "a size",
      schema: SchemaText.orReference(["type": "string", "pattern": "^[0-9.]+([KMGT]iB|[kMGT]?B)$"])
    ) { node, decoding in
      guard let text = node.text, let value = ByteCount(planText: text) else {
        if decoding.reportsReference(in: node) { return nil }
        decoding.report(
          .badSize, "`\(node.text ?? "this")` is not a size", at: node.range,
          hint: "write it with a unit: `64MiB` counts in 1024s, `64MB` in 1000s")
        return nil
      }
      return value
    }
  }
}

extension ValueType where Value == RecoveryPoint {
  /// `Latest`, an instant, or the id of a snapshot.
  public static var recoveryPoint: ValueType<RecoveryPoint> {
    let pattern = "^(Latest|[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].+|[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8})$"
    let schema = SchemaText.orReference(["type": "string", "pattern": .string(pattern)])
    return ValueType<String>.text.map("a recovery point", schema: schema) { text, node, decoding in
      guard let point = RecoveryPoint(planText: text) else {
        decoding.report(
          .badRecoveryPoint, "`\(text)` is not a recovery point", at: node.range,
          hint: "write `Latest`, an RFC 3339 instant such as `2026-11-20T03:15:00Z`, or the id of a snapshot")
        return nil
      }
      return point
    }
  }
}
