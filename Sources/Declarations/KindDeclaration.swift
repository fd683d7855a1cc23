import Diagnostics
public import PlanSyntax
import Values

/// One kind of engine, manager, channel, check or action, declared once in its own file.
///
/// A class, because reading a plan hands them about a lot.
public final class KindDeclaration: Sendable {
  /// As written in a plan: `SQLite`, `TCP`, `RestoreDatabase`.
  public let name: String
  /// One sentence: what it is for.
  public let summary: String
  /// What a reader should know before trusting it: guarantees, limits, what it runs.
  public let notes: String
  /// A piece of a plan that uses it; checked to load by a test.
  public let example: String
  /// Its keys.
  public let shape: Shape
  /// Keys under `identity` of a database, for an engine: by which a place of it is told from others.
  public let identity: Shape
  private let identityKeys: [Key<String?>]

  /// A kind with its keys.
  public init(
    _ name: String, summary: String, notes: String, example: String, shape: Shape,
    identity: [Key<String?>] = []
  ) {
    identityKeys = identity
    self.identity = Shape("the identity of a place of \(name)", identity.map { $0.erased })
    self.name = name
    self.summary = summary
    self.notes = notes
    self.example = example
    self.shape = shape
  }

  /// The facts that a plan states, by name, as `identity` read them.
  public func facts(_ record: Record) -> [String: String] {
    var facts: [String: String] = [:]
    for key in identityKeys { facts[key.name] = record[key] }
    return facts
  }
}

/// All kinds of one family, told apart by one key: `engine`, `manager`, `type`, `action`.
public struct KindFamily<Product: Sendable>: Sendable {
  /// One kind with how to make it from its keys.
  public struct Entry: Sendable {
    /// What it is.
    public let declaration: KindDeclaration
    /// Makes it from what was read by `declaration.shape`.
    public let make: @Sendable (Record) -> Product

    /// A kind with how to make it.
    public init(_ declaration: KindDeclaration, make: @escaping @Sendable (Record) -> Product) {
      self.declaration = declaration
      self.make = make
    }
  }

  /// What one of them is called: `engine`, `check`.
  public let noun: String
  /// The key that tells them apart.
  public let key: String
  /// The kinds, in the order of the reference.
  public let entries: [Entry]
  /// Kinds of the plan language that this version refuses, each with what it would be.
  public let later: [LaterKey]

  /// A family.
  public init(noun: String, key: String, entries: [Entry], later: [LaterKey] = []) {
    self.noun = noun
    self.key = key
    self.entries = entries
    self.later = later
  }

  /// The kind of that name.
  public func entry(named name: String) -> Entry? { index(of: name).map { entries[$0] } }

  /// Finds the kind that a mapping names under `key`; nil after reporting why not.
  public func select(_ node: Node, _ decoding: inout Decoding) -> Entry? {
    selectIndex(node, &decoding).map { entries[$0] }
  }

  private func index(of name: String) -> Int? {
    entries.indices.first { entries[$0].declaration.name == name }
  }

  private func selectIndex(_ node: Node, _ decoding: inout Decoding) -> Int? {
    guard case .mapping = node.content else {
      decoding.reportMismatch(node, expected: "a mapping with the key `\(key)`")
      return nil
    }
    guard let word = node[key] else {
      decoding.report(
        .missingKey, "this \(noun) needs the key `\(key)`",
        at: SourceRange(start: node.range.start, end: node.range.start),
        hint: "one of \(names)")
      return nil
    }
    guard let name = word.text else {
      decoding.reportMismatch(word, expected: "the name of a kind of \(noun)")
      return nil
    }
    if let index = index(of: name) { return index }
    if let refused = later.first(where: { $0.name == name }) {
      decoding.report(
        .notSupported, "the \(noun) `\(name)` is not supported by this version of drplan", at: word.range,
        hint: "it would be: \(refused.summary)")
      return nil
    }
    let nearest = NearestName.of(name, among: entries.map(\.declaration.name))
    decoding.report(
      .unknownKind, "unknown \(noun) `\(name)`", at: word.range,
      hint: (nearest.map { "did you mean `\($0)`? " } ?? "") + "known: \(names)")
    return nil
  }

  /// A value that is a kind written flat: the key that names it, `common` keys, and its own, side by side.
  public func flat(_ common: Shape) -> ValueType<KindValue<Product>> {
    let shapes = entries.map { $0.declaration.shape.prefixed(by: common) }
    return ValueType<KindValue<Product>>("a \(noun)", schema: flatSchema(common), nested: shapes) {
      node, decoding in
      guard let index = selectIndex(node, &decoding), case .mapping(let fields) = node.content else {
        return nil
      }
      let entry = entries[index]
      guard let record = shapes[index].read(fields, at: node.range, except: key, &decoding) else {
        return nil
      }
      return KindValue(kind: entry.declaration.name, record: record, product: entry.make(record))
    }
  }

  private var names: String { entries.map(\.declaration.name).joined(separator: ", ") }

  private func flatSchema(_ common: Shape) -> JSONValue {
    let branches = entries.map { entry -> JSONValue in
      let shape = entry.declaration.shape.prefixed(by: common)
      return [
        "if": ["properties": [key: ["const": .string(entry.declaration.name)]], "required": [.string(key)]],
        "then": shape.schema(also: [.init(key, ["const": .string(entry.declaration.name)])]),
      ]
    }
    return [
      "type": "object", "required": [.string(key)],
      "properties": [
        key: [
          "enum": .array(entries.map { .string($0.declaration.name) }),
          "description": .string("the kind of \(noun)"),
        ]
      ],
      "allOf": .array(branches),
    ]
  }
}

/// One kind as written in a plan.
public struct KindValue<Product: Sendable>: Sendable {
  /// The kind's name.
  public let kind: String
  /// Its keys, common and own.
  public let record: Record
  /// What was made of them.
  public let product: Product
}
