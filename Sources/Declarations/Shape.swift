import PlanSyntax
public import Values

/// A key of a mapping: its name, what it holds, whether it must be there, and one line of documentation.
public struct Key<Value: Sendable>: Sendable {
  /// As written in the plan.
  public let name: String
  let declaration: KeyDeclaration

  /// A key that must be there.
  public static func required(_ name: String, _ type: ValueType<Value>, _ summary: String) -> Key<Value> {
    Key(name, type, required: true, fallback: nil, fallbackText: nil, summary) { $0 }
  }

  /// A key that may be left out; then it has `fallback`, shown as `fallbackText`.
  public static func optional(
    _ name: String, _ type: ValueType<Value>, default fallback: Value, shownAs fallbackText: String,
    _ summary: String
  ) -> Key<Value> {
    Key(name, type, required: false, fallback: fallback, fallbackText: fallbackText, summary) { $0 }
  }

  /// A key that may be left out; then it has no value.
  public static func optional<Wrapped>(
    _ name: String, _ type: ValueType<Wrapped>, _ summary: String
  ) -> Key<Value> where Value == Wrapped? {
    Key(name, type, required: false, fallback: Optional<Wrapped>.none, fallbackText: nil, summary) { $0 }
  }

  private init<Written: Sendable>(
    _ name: String, _ type: ValueType<Written>, required: Bool, fallback: Value?, fallbackText: String?,
    _ summary: String, wrap: @escaping @Sendable (Written) -> Value
  ) {
    self.name = name
    declaration = KeyDeclaration(
      name: name, type: type, isRequired: required, fallback: fallback.map { $0 as any Sendable },
      fallbackText: fallbackText, summary: summary
    ) { node, decoding in
      type.read(node, &decoding).map { wrap($0) as any Sendable }
    }
  }
}

/// A key without its value's type: what decoding, schema and reference need.
///
/// A class, because reading a plan hands them about a lot.
public final class KeyDeclaration: Sendable {
  /// As written in the plan.
  public let name: String
  /// What it holds, for people: `a duration`.
  public let typeName: String
  /// What it holds, for machines; made anew at each call.
  public var schema: JSONValue { makeSchema() }
  /// Keys inside its value.
  public let nested: [Shape]
  /// Whether it must be there.
  public let isRequired: Bool
  /// What it has when left out, for people.
  public let fallbackText: String?
  /// One line of documentation.
  public let summary: String
  let fallback: (any Sendable)?
  let read: @Sendable (Node, inout Decoding) -> (any Sendable)?
  private let makeSchema: @Sendable () -> JSONValue

  init<Value: Sendable>(
    name: String, type: ValueType<Value>, isRequired: Bool, fallback: (any Sendable)?, fallbackText: String?,
    summary: String, read: @escaping @Sendable (Node, inout Decoding) -> (any Sendable)?
  ) {
    self.name = name
    typeName = type.name
    nested = type.nested
    self.isRequired = isRequired
    self.fallbackText = fallbackText
    self.summary = summary
    self.fallback = fallback
    self.read = read
    makeSchema = { type.schema }
  }
}

/// The keys of one mapping, declared once: decoding, diagnostics, JSON Schema, `drplan explain` and the reference page
/// are all read off it.
public struct Shape: Sendable {
  /// A rule about keys taken together.
  public enum Rule: Sendable {
    /// One of these keys must be there, and not two.
    case exactlyOne([String])
    /// Not two of these keys.
    case atMostOne([String])
  }

  /// What the mapping is, with its article: `a step`, `the objectives`.
  public let noun: String
  /// The keys in the order people read them.
  public let keys: [KeyDeclaration]
  /// Rules about keys taken together.
  public let rules: [Rule]
  /// Keys of the plan language that this version refuses, each with what it would do.
  public let later: [LaterKey]
  /// Words that people use instead, each with the right key: `depends_on` for `needs`.
  public let synonyms: [String: String]

  /// A mapping's keys.
  ///
  /// Pass `key.erased` for each.
  public init(
    _ noun: String, _ keys: [KeyDeclaration], rules: [Rule] = [], later: [LaterKey] = [],
    synonyms: [String: String] = [:]
  ) {
    precondition(keys.count <= 64, "reading marks the keys of \(noun) in one word")
    self.noun = noun
    self.keys = keys
    self.rules = rules
    self.later = later
    self.synonyms = synonyms
  }

  /// This mapping with more keys before its own.
  public func prefixed(by other: Shape) -> Shape {
    Shape(
      noun, other.keys + keys, rules: other.rules + rules, later: other.later + later,
      synonyms: other.synonyms.merging(synonyms) { _, own in own })
  }
}

/// A key that the plan language has and this version does not carry out: refused by name, never ignored.
public struct LaterKey: Sendable {
  /// As written in a plan.
  public let name: String
  /// What it would do.
  public let summary: String

  /// A key refused by name.
  public init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}

extension Key {
  /// The key without its value's type, for a `Shape`.
  public var erased: KeyDeclaration { declaration }
}
