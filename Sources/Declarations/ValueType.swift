public import Diagnostics
public import PlanSyntax
public import Values

/// How one kind of value is written in a plan: the one place from which its decoding, its diagnostics, its JSON Schema
/// and its line in the reference come.
public struct ValueType<Value: Sendable>: Sendable {
  /// With its article, for `expected a duration, found ...` and for the reference: `a duration`.
  public let name: String
  private let makeSchema: @Sendable () -> JSONValue
  /// For a list or mapping of records, what their keys are; shown by `drplan explain`.
  public let nested: [Shape]
  /// Reads a node; nil after reporting what is wrong with it.
  public let read: @Sendable (Node, inout Decoding) -> Value?

  /// The JSON Schema of the value; made anew at each call.
  public var schema: JSONValue { makeSchema() }

  /// A kind of value; `schema` is made when somebody asks for it, which reading a plan never does.
  public init(
    _ name: String, schema: @autoclosure @escaping @Sendable () -> JSONValue, nested: [Shape] = [],
    read: @escaping @Sendable (Node, inout Decoding) -> Value?
  ) {
    self.name = name
    makeSchema = schema
    self.nested = nested
    self.read = read
  }

  /// The same values, made into others; `convert` gives nil after reporting why not.
  public func map<Other: Sendable>(
    _ name: String? = nil, schema: @autoclosure @escaping @Sendable () -> JSONValue? = nil,
    _ convert: @escaping @Sendable (Value, Node, inout Decoding) -> Other?
  ) -> ValueType<Other> {
    ValueType<Other>(name ?? self.name, schema: schema() ?? self.schema, nested: nested) { node, decoding in
      guard let value = read(node, &decoding) else { return nil }
      return convert(value, node, &decoding)
    }
  }

  /// A list of such values; a single value is not taken for a list of one.
  ///
  /// Reads every element even after an error.
  public func list(atLeast minimum: Int = 0) -> ValueType<[Value]> {
    ValueType<[Value]>("a list, each \(self.name)", schema: listSchema(atLeast: minimum), nested: nested) {
      node, decoding in
      guard case .sequence(let elements) = node.content else {
        decoding.reportMismatch(node, expected: "a list `[...]`, each element \(self.name)")
        return nil
      }
      if elements.count < minimum {
        decoding.report(
          .badValue, "this list needs at least \(minimum) element\(minimum == 1 ? "" : "s")", at: node.range)
        return nil
      }
      var values: [Value] = []
      values.reserveCapacity(elements.count)
      for element in elements {
        if let value = self.read(element, &decoding) { values.append(value) }
      }
      return values.count == elements.count ? values : nil
    }
  }

  private func listSchema(atLeast minimum: Int) -> JSONValue {
    let limit: [JSONValue.Member] = minimum > 0 ? [.init("minItems", .integer(Int64(minimum)))] : []
    return .object([.init("type", "array"), .init("items", schema)] + limit)
  }

  /// A mapping of names of the plan's own choice to such values, in the order of the text.
  public func named() -> ValueType<[NamedValue<Value>]> {
    ValueType<[NamedValue<Value>]>(
      "a mapping of names, each to \(self.name)",
      schema: [
        "type": "object", "propertyNames": ["pattern": "^[a-zA-Z][a-zA-Z0-9_-]*$"],
        "additionalProperties": schema,
      ], nested: nested
    ) { node, decoding in
      guard case .mapping(let entries) = node.content else {
        decoding.reportMismatch(node, expected: "a mapping of names")
        return nil
      }
      var values: [NamedValue<Value>] = []
      for entry in entries {
        guard let value = self.read(entry.value, &decoding) else { continue }
        values.append(NamedValue(name: entry.key, nameRange: entry.keyRange, value: value))
      }
      return values
    }
  }
}

/// A value under a name of the plan's own choice.
public struct NamedValue<Value: Sendable>: Sendable {
  /// The name.
  public let name: String
  /// Where the name stands.
  public let nameRange: SourceRange
  /// The value.
  public let value: Value
}
