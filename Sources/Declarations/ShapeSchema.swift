public import Values

extension Shape {
  /// The JSON Schema (draft-07) of a mapping of this shape, with nothing else allowed in it but `extra`.
  public func schema(also extra: [JSONValue.Member] = [], description: String? = nil) -> JSONValue {
    let properties = keys.map { key -> JSONValue.Member in
      guard case .object(var members) = key.schema else { return .init(key.name, key.schema) }
      members.append(
        .init("description", .string(key.summary + (key.fallbackText.map { " (default: \($0))" } ?? ""))))
      return .init(key.name, .object(members))
    }
    var members: [JSONValue.Member] = [.init("type", "object")]
    if let description { members.append(.init("description", .string(description))) }
    members.append(.init("additionalProperties", false))
    let required = keys.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { members.append(.init("required", .array(required))) }
    members.append(.init("properties", .object(extra + properties)))
    for rule in rules {
      guard case .exactlyOne(let names) = rule else { continue }
      members.append(.init("oneOf", .array(names.map { ["required": [.string($0)]] })))
    }
    return .object(members)
  }

  /// A value of this shape, made into something; for keys that hold a mapping.
  public func value<Value: Sendable>(_ make: @escaping @Sendable (Record) -> Value) -> ValueType<Value> {
    ValueType<Value>(noun, schema: schema(), nested: [self]) { node, decoding in
      self.read(node, &decoding).map(make)
    }
  }
}

/// Schemas of values that parameters may stand for.
enum SchemaText {
  /// Names of the plan's own choice, as `Identifier` takes them.
  static let kebabCase = orReference([
    "type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 63,
  ])

  /// What `schema` allows, or a text with a reference in it: editors must not mark what the loader accepts.
  static func orReference(_ schema: JSONValue) -> JSONValue {
    ["anyOf": [schema, ["type": "string", "pattern": "\\$\\{(params|plan)\\."]]]
  }
}
