import Declarations
import Diagnostics
import PlanSyntax
import Values

/// The `params` section: what a run can be told, with types; read before everything else, because values of parameters
/// may stand anywhere else.
enum ParameterSection {
  /// What a parameter holds.
  enum Kind: String, CaseIterable, Sendable {
    case string = "String"
    case integer = "Integer"
    case boolean = "Boolean"
    case duration = "Duration"
    case recoveryPoint = "RecoveryPoint"
  }

  static let type = Key.optional(
    "type", ValueType<Kind>.choice("a parameter's type"), default: .string, shownAs: "String",
    "what the parameter holds")
  static let fallback = Key<Node?>.optional(
    "default", .raw("a value of the type"), "the value when none is given")
  static let example = Key<Node?>.optional(
    "example", .raw("a value of the type"), "used by validation in place of a value, never by a run")
  static let description = Key<String?>.optional("description", .text, "what the parameter is for")

  static let shape = Shape(
    "a parameter", [type.erased, fallback.erased, example.erased, description.erased],
    synonyms: ["value": "default"])

  /// The parameters of a plan.
  struct Values {
    /// The values in force, by name.
    var texts: [String: String] = [:]
    /// Those whose values are written without quotes: whole numbers and booleans.
    var plain: Set<String> = []
    /// Those that are declared but have no value, which is reported already.
    var missing: Set<String> = []
  }

  /// The values in force by name; a parameter that has none is reported.
  static func read(
    _ root: Node, _ arguments: [String: String], usesExamples: Bool, _ decoding: inout Decoding
  ) -> Values {
    var values = Values()
    var names: [String] = []
    if case .mapping(let entries)? = root["params"]?.content {
      for entry in entries {
        names.append(entry.key)
        guard let record = shape.read(entry.value, &decoding),
          let text = value(
            of: entry, record, given: arguments[entry.key], usesExamples: usesExamples, &decoding)
        else {
          values.missing.insert(entry.key)
          continue
        }
        values.texts[entry.key] = text
        if record[type] == .integer || record[type] == .boolean { values.plain.insert(entry.key) }
      }
    } else if let node = root["params"], !node.isNull {
      decoding.reportMismatch(node, expected: "a mapping of parameters")
    }
    for name in arguments.keys.sorted() where !names.contains(name) {
      let nearest = NearestName.of(name, among: names).map { "did you mean `\($0)`?" }
      decoding.report(
        .badParameter, "the plan has no parameter `\(name)`", at: root["params"]?.range ?? .beginning,
        hint: nearest ?? (names.isEmpty ? "it has none" : "it has: \(names.joined(separator: ", "))"))
    }
    return values
  }

  private static func value(
    of entry: Node.Entry, _ record: Record, given: String?, usesExamples: Bool, _ decoding: inout Decoding
  ) -> String? {
    if let given {
      let node = Node(.scalar(given, record[type] == .string ? .quoted : .plain), range: entry.keyRange)
      return check(node, record[type], entry.key, &decoding)
    }
    if let node = record[fallback] { return check(node, record[type], entry.key, &decoding) }
    if let node = record[example] {
      let value = check(node, record[type], entry.key, &decoding)
      if usesExamples { return value }
    }
    decoding.report(
      .badParameter, "the parameter `\(entry.key)` has no value", at: entry.keyRange,
      hint: "give it with `--param \(entry.key)=...`"
        + (usesExamples ? ", or add a `default`, or an `example` for validation" : ""))
    return nil
  }

  /// The text of a value if it is of the type.
  private static func check(_ node: Node, _ kind: Kind, _ name: String, _ decoding: inout Decoding) -> String?
  {
    guard let text = node.text, !node.isNull else {
      decoding.reportMismatch(node, expected: "a value of the type \(kind.rawValue)")
      return nil
    }
    let fits =
      switch kind {
      case .string: true
      case .integer: Int(text) != nil
      case .boolean: text == "true" || text == "false"
      case .duration: Duration(planText: text) != nil
      case .recoveryPoint: RecoveryPoint(planText: text) != nil
      }
    guard fits else {
      decoding.report(
        .badParameter, "`\(text)` is not a \(kind.rawValue), which the parameter `\(name)` must be",
        at: node.range)
      return nil
    }
    return text
  }
}
