import FoundationEssentials

/// How a command line ended and what it printed.
public struct CLIResult: Sendable, CustomStringConvertible {
  /// The exit status; 128 and the number for one that a signal ended.
  public let status: Int32
  /// All of its standard output.
  public let output: [UInt8]
  /// All of its standard error.
  public let error: [UInt8]

  /// Standard output as text.
  public var text: String { String(decoding: output, as: UTF8.self) }
  /// Standard error as text.
  public var errorText: String { String(decoding: error, as: UTF8.self) }
  /// Everything, for the failure of a test.
  public var description: String { "exit \(status)\n--- stdout\n\(text)\n--- stderr\n\(errorText)" }

  /// Standard output as one JSON value; throws if it is anything else or anything more.
  public func json() throws -> CLIJSON { try CLIJSON(output) }
}

/// A JSON value, read for tests.
public enum CLIJSON: Sendable, Hashable, Decodable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// Any number.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([CLIJSON])
  /// An object.
  case object([String: CLIJSON])

  /// Reads one value and nothing after it.
  public init(_ bytes: [UInt8]) throws {
    self = try JSONDecoder().decode(CLIJSON.self, from: Data(bytes))
  }

  /// Reads whatever comes.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      // Each attempt may fail: the last one throws what is wrong.
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      // The same.
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      // The same.
      self = .string(value)
    } else if let value = try? container.decode([CLIJSON].self) {
      // The same.
      self = .array(value)
    } else {
      self = .object(try container.decode([String: CLIJSON].self))
    }
  }

  /// The value under a key of an object; `null` when there is none.
  public subscript(key: String) -> CLIJSON {
    guard case .object(let members) = self else { return .null }
    return members[key] ?? .null
  }

  /// The element of a list; `null` when there is none.
  public subscript(index: Int) -> CLIJSON { list.indices.contains(index) ? list[index] : .null }

  /// The elements of a list, else none.
  public var list: [CLIJSON] {
    guard case .array(let elements) = self else { return [] }
    return elements
  }

  /// The text, if it is one.
  public var string: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The number, if it is one.
  public var number: Double? {
    guard case .number(let number) = self else { return nil }
    return number
  }

  /// The names of an object's keys, sorted.
  public var keys: [String] {
    guard case .object(let members) = self else { return [] }
    return members.keys.sorted()
  }

  /// The element of a list of objects whose `key` is that text; `null` when there is none.
  public func first(_ key: String, _ text: String) -> CLIJSON {
    list.first { $0[key].string == text } ?? .null
  }

  /// The same object without a key.
  public func without(_ key: String) -> CLIJSON {
    guard case .object(var members) = self else { return self }
    members[key] = nil
    return .object(members)
  }
}
