public import Diagnostics
public import PlanSyntax
import Values

/// The values read from one mapping, by key.
public struct Record: Sendable {
  /// Where the mapping stands.
  public let range: SourceRange
  private var fields: [Field] = []

  private struct Field: Sendable {
    let name: String
    let value: any Sendable
    let range: SourceRange?
  }

  /// The value of a key that the record's shape declares; one that it does not declare is a defect.
  public subscript<Value>(key: Key<Value>) -> Value {
    // By index, because a loop over the fields would copy each.
    for index in fields.indices where fields[index].name == key.name {
      if let value = Self.typed(fields[index].value, as: Value.self) { return value }
    }
    preconditionFailure("the key `\(key.name)` is read but not declared in its shape, or with another type")
  }

  private static func typed<Stored, Value>(_ value: Stored, as type: Value.Type) -> Value? {
    // The bit cast is in name only: both types are one. A cast by the runtime shows in profiles of large plans.
    Stored.self == Value.self ? unsafeBitCast(value, to: Value.self) : value as? Value
  }

  /// Where the value of a key stands, if it was written.
  public func range<Value>(of key: Key<Value>) -> SourceRange? {
    fields.indices.first { fields[$0].name == key.name }.flatMap { fields[$0].range }
  }

  /// Whether the key was written.
  public func has<Value>(_ key: Key<Value>) -> Bool { range(of: key) != nil }

  init(range: SourceRange, capacity: Int) {
    self.range = range
    fields.reserveCapacity(capacity)
  }

  mutating func set(_ name: String, _ value: any Sendable, at range: SourceRange?) {
    fields.append(Field(name: name, value: value, range: range))
  }
}

extension Shape {
  /// Reads a mapping: reports unknown, refused, missing and ill-typed keys, all of them; nil if a value is missing.
  public func read(_ node: Node, _ decoding: inout Decoding) -> Record? {
    guard case .mapping(let entries) = node.content else {
      decoding.reportMismatch(node, expected: "\(noun), a mapping of keys to values")
      return nil
    }
    return read(entries, at: node.range, &decoding)
  }

  /// Reads entries that are already taken from their mapping, passing over the key `except`; see `read(_:_:)`.
  public func read(
    _ entries: [Node.Entry], at range: SourceRange, except skipped: String? = nil, _ decoding: inout Decoding
  ) -> Record? {
    var record = Record(range: range, capacity: keys.count)
    var seen: UInt64 = 0
    var isComplete = true
    for entry in entries where entry.key != skipped {
      guard let index = keys.firstIndex(where: { $0.name == entry.key }) else {
        reportUnknown(entry, &decoding)
        continue
      }
      seen |= 1 << UInt64(index)
      guard let value = keys[index].read(entry.value, &decoding) else {
        isComplete = false
        continue
      }
      record.set(entry.key, value, at: entry.value.range)
    }
    for (index, key) in keys.enumerated() where seen & (1 << UInt64(index)) == 0 {
      if key.isRequired {
        isComplete = false
        decoding.report(
          .missingKey, "missing key `\(key.name)` in \(noun)",
          at: SourceRange(start: range.start, end: range.start),
          hint: "`\(key.name)`: \(key.summary)")
      } else if let fallback = key.fallback {
        record.set(key.name, fallback, at: nil)
      }
    }
    for rule in rules where !holds(rule, entries, range, &decoding) { isComplete = false }
    // A record with a hole would be a trap for whoever reads it. One with a key too many is not: what else is wrong with
    // the plan can be found in the same go.
    return isComplete ? record : nil
  }

  private func reportUnknown(_ entry: Node.Entry, _ decoding: inout Decoding) {
    if let refused = later.first(where: { $0.name == entry.key }) {
      decoding.report(
        .notSupported, "`\(entry.key)` is not supported by this version of drplan", at: entry.keyRange,
        hint: "it would be: \(refused.summary); take it out, nothing would honour it")
      return
    }
    let names = keys.map(\.name)
    let nearest = synonyms[entry.key] ?? NearestName.of(entry.key, among: names)
    let all = names.joined(separator: ", ")
    decoding.report(
      .unknownKey, "unknown key `\(entry.key)` in \(noun)", at: entry.keyRange,
      hint: nearest.map { "did you mean `\($0)`?" } ?? "the keys here are: \(all)")
  }

  private func holds(
    _ rule: Rule, _ entries: [Node.Entry], _ range: SourceRange, _ decoding: inout Decoding
  ) -> Bool {
    let (names, isNeeded) =
      switch rule {
      case .exactlyOne(let names): (names, true)
      case .atMostOne(let names): (names, false)
      }
    let found = entries.filter { names.contains($0.key) }
    let list = names.map { "`\($0)`" }.joined(separator: ", ")
    if found.count > 1 {
      decoding.report(
        .conflictingKeys, "`\(found[1].key)` cannot stand beside `\(found[0].key)` in \(noun)",
        at: found[1].keyRange,
        hint: "keep one of \(list)")
    } else if found.isEmpty, isNeeded {
      decoding.report(
        .missingKey, "\(noun) needs one of \(list)", at: SourceRange(start: range.start, end: range.start))
    } else {
      return true
    }
    return false
  }
}
