// Over 300 lines: the scalar types of the plan language side by side, so that they refuse in the same words.
import Diagnostics
public import PlanSyntax
public import Values

extension ValueType where Value == String {
  /// Text that is complete when the plan is read: parameters may be used, run-time references may not.
  public static var text: ValueType<String> {
    ValueType<String>("a text", schema: ["type": "string"]) { node, decoding in
      guard case .scalar(let raw, let style) = node.content, !node.isNull else {
        decoding.reportMismatch(node, expected: "a text")
        return nil
      }
      if style == .plain, raw == "true" || raw == "false" {
        decoding.report(
          .wrongType, "expected a text, found the boolean `\(raw)`", at: node.range,
          hint: "quote it: \"\(raw)\"")
        return nil
      }
      guard let template = Template.read(raw, at: node, &decoding) else { return nil }
      guard let text = template.literal else {
        decoding.reportTooEarly(template, at: node)
        return nil
      }
      return text
    }
  }

  /// A path; a relative one counts from the plan's folder.
  ///
  /// Gives an absolute path without `.` and `..`.
  public static var path: ValueType<String> {
    text.map("a path") { text, node, decoding in
      guard !text.isEmpty, !text.utf8.contains(0) else {
        decoding.report(.badValue, "a path must not be empty", at: node.range)
        return nil
      }
      return PathText.absolute(text, from: decoding.baseDirectory)
    }
  }

  /// An `http` or `https` URL without credentials in it.
  public static var url: ValueType<String> {
    text.map(
      "a URL", schema: SchemaText.orReference(["type": "string", "pattern": "^https?://[^/]"])
    ) { text, node, decoding in
      let authority = text.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
      guard text.hasPrefix("http://") || text.hasPrefix("https://"),
        let first = authority.first, first != ":",
        !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 })
      else {
        decoding.report(
          .badURL, "`\(text)` is not an http or https URL", at: node.range,
          hint: "for example `http://127.0.0.1:8080/healthz`")
        return nil
      }
      if authority.contains("@") {
        decoding.report(
          .secretLiteral, "the URL carries credentials", at: node.range,
          hint:
            "take the user and password out of the URL; use a channel or header that takes a `${secrets.name}`"
        )
        return nil
      }
      return text
    }
  }

  /// The name of an environment variable.
  public static var environmentName: ValueType<String> {
    text.map("an environment variable's name") { text, node, decoding in
      let fits = text.utf8.allSatisfy {
        (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == 95
      }
      guard fits, let first = text.utf8.first, !(48...57).contains(first) else {
        decoding.report(.badValue, "`\(text)` is not the name of an environment variable", at: node.range)
        return nil
      }
      return text
    }
  }
}

extension ValueType where Value == Template {
  /// Text in which `${run...}` and `${steps...}` are filled in when the step runs.
  public static var template: ValueType<Template> {
    ValueType<Template>("a text with references", schema: ["type": "string"]) { node, decoding in
      guard case .scalar(let raw, _) = node.content, !node.isNull else {
        decoding.reportMismatch(node, expected: "a text")
        return nil
      }
      guard let template = Template.read(raw, at: node, &decoding) else { return nil }
      for reference in template.references {
        guard reference.namespace != "secrets" else {
          decoding.report(
            .secretInText, "the secret `\(reference.path.joined(separator: "."))` may not stand in this text",
            at: node.range,
            hint:
              "a secret may appear only where a secret is expected: it would be shown to whoever reads this")
          return nil
        }
        decoding.note(PlacedReference(reference: reference, range: node.range))
      }
      return template
    }
  }
}

extension ValueType where Value == SecretReference {
  /// A secret, written as `${secrets.name}` and nothing else.
  public static var secret: ValueType<SecretReference> {
    ValueType<SecretReference>(
      "a secret", schema: ["type": "string", "pattern": "^\\$\\{secrets\\.[a-zA-Z0-9_-]+\\}$"]
    ) { node, decoding in
      guard case .scalar(let raw, _) = node.content, !node.isNull else {
        decoding.reportMismatch(node, expected: "a secret, `${secrets.name}`")
        return nil
      }
      guard let template = Template.read(raw, at: node, &decoding) else { return nil }
      guard template.parts.count == 1, case .reference(let reference) = template.parts[0],
        reference.namespace == "secrets", reference.path.count == 1
      else {
        decoding.report(
          .secretLiteral, "a secret must be a reference, and nothing but the reference", at: node.range,
          hint: "write `${secrets.name}` and declare `name` under `secrets` by env, file or command")
        return nil
      }
      decoding.note(NameUse(.secret, reference.path[0], at: node.range))
      return SecretReference(name: reference.path[0])
    }
  }
}

extension ValueType where Value == Bool {
  /// `true` or `false`.
  public static var boolean: ValueType<Bool> {
    ValueType<Bool>("a boolean", schema: SchemaText.orReference(["type": "boolean"])) { node, decoding in
      switch node.content {
      case .scalar("true", .plain): return true
      case .scalar("false", .plain): return false
      default:
        if decoding.reportsReference(in: node) { return nil }
        decoding.reportMismatch(node, expected: "`true` or `false`")
        return nil
      }
    }
  }
}

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

extension ValueType where Value == String {
  /// A text whose schema asks for kebab-case; whoever reads it makes the name of it.
  public static var kebabCase: ValueType<String> {
    text.map("a name in kebab-case", schema: SchemaText.kebabCase) { text, _, _ in text }
  }
}

extension ValueType {
  /// One of a closed set of words.
  public static func choice(_ noun: String) -> ValueType<Value>
  where Value: CaseIterable & RawRepresentable, Value.RawValue == String {
    let words = Value.allCases.map(\.rawValue)
    return ValueType<Value>(
      noun, schema: SchemaText.orReference(["enum": .array(words.map { .string($0) })])
    ) { node, decoding in
      guard case .scalar(let text, _) = node.content, !node.isNull else {
        decoding.reportMismatch(node, expected: "one of \(words.joined(separator: ", "))")
        return nil
      }
      guard let value = Value(rawValue: text) else {
        if decoding.reportsReference(in: node) { return nil }
        let nearest = NearestName.of(text, among: words)
        decoding.report(
          .badChoice, "`\(text)` is not one of \(words.joined(separator: ", "))", at: node.range,
          hint: nearest.map { "did you mean `\($0)`?" })
        return nil
      }
      return value
    }
  }

  /// The name of a database, service or channel that the plan declares.
  public static func name<Kind>(_ family: NameUse.Family) -> ValueType<Identifier<Kind>>
  where Value == Identifier<Kind> {
    ValueType<String>.text.map("the name of a \(family.rawValue)", schema: SchemaText.kebabCase) {
      text, node, decoding in
      guard let name = Identifier<Kind>(text) else {
        decoding.report(
          .badName, "`\(text)` is not the name of a \(family.rawValue)", at: node.range,
          hint: "names are lower-case letters, digits and single hyphens, as in `orders-api`")
        return nil
      }
      decoding.note(NameUse(family, text, at: node.range))
      return name
    }
  }
}

extension ValueType where Value == [Template] {
  /// An argument vector: the program and its arguments, never a shell line.
  public static var arguments: ValueType<[Template]> {
    ValueType<Template>.template.list(atLeast: 1)
  }
}

extension ValueType where Value == Node {
  /// A value whose shape depends on another key: read later, by whoever knows that key.
  public static func raw(
    _ name: String, schema: @autoclosure @escaping @Sendable () -> JSONValue = .object([])
  ) -> ValueType<Node> {
    ValueType<Node>(name, schema: schema()) { node, _ in node }
  }
}
