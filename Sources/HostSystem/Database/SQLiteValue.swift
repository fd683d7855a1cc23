/// One value of a row or a binding, in the five types that SQLite stores.
public enum SQLiteValue: Sendable, Hashable {
  /// No value.
  case null
  /// A whole number.
  case integer(Int64)
  /// A floating number.
  case real(Double)
  /// Text; bytes that are not UTF-8 were replaced when it was read.
  case text(String)
  /// Bytes.
  case blob([UInt8])

  /// The whole number, nil for every other type: nothing is converted.
  public var integer: Int64? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  /// The text, nil for every other type: nothing is converted.
  public var text: String? {
    guard case .text(let value) = self else { return nil }
    return value
  }

  /// Whether there is no value.
  public var isNull: Bool { self == .null }
}

extension SQLiteValue: CustomStringConvertible {
  /// As the `sqlite3` shell shows it, with `NULL` and `x'…'` as in SQL.
  public var description: String {
    switch self {
    case .null: "NULL"
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .text(let value): value
    case .blob(let bytes):
      "x'" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
    }
  }
}

extension SQLiteValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// Text.
  public init(stringLiteral value: String) { self = .text(value) }
  /// No value.
  public init(nilLiteral: ()) { self = .null }
}

/// One row of a query's result.
public struct SQLiteRow: Sendable, Hashable {
  /// The names of the columns, as the query gives them.
  public let columns: [String]
  /// The values, in the order of the columns.
  public let values: [SQLiteValue]

  /// The value of the column at `index`, counted from 0.
  public subscript(index: Int) -> SQLiteValue { values[index] }

  /// The value of the first column of that name; nil when there is none.
  public subscript(column: String) -> SQLiteValue? { columns.firstIndex(of: column).map { values[$0] } }
}
