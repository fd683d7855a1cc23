import Declarations
import Diagnostics

/// What a query's answer has to be.
enum QueryExpectation: Sendable, Equatable {
  /// One row whose first value is this.
  case equals(ScalarValue)
  /// One row whose first value is a number not below this one.
  case min(String)
  /// One row whose first value is a number not above this one.
  case max(String)
  /// One row whose first value is a number within these two, both included.
  case between(String, String)
  /// One row in whose first value the pattern is found.
  case matches(TextPattern)
  /// This many rows, whatever is in them.
  case rows(Int)

  static let equalsKey = Key<ScalarValue?>.optional(
    "equals", .scalar, "one row, whose first value is this: numbers by value, quoted text exactly")
  static let minKey = Key<ScalarValue?>.optional(
    "min", .number, "one row, whose first value is at least this number")
  static let maxKey = Key<ScalarValue?>.optional(
    "max", .number, "one row, whose first value is at most this number")
  static let betweenKey = Key<[ScalarValue]?>.optional(
    "between", .bounds, "one row, whose first value is within these two numbers, both included")
  static let matchesKey = Key<TextPattern?>.optional(
    "matches", .pattern, "one row, in whose first value this regular expression is found")
  static let rowsKey = Key<Int?>.optional("rows", .integer(0...10_000), "this many rows, whatever is in them")

  static let shape = Shape(
    "an expectation",
    [equalsKey.erased, minKey.erased, maxKey.erased, betweenKey.erased, matchesKey.erased, rowsKey.erased],
    rules: [.exactlyOne(["equals", "min", "max", "between", "matches", "rows"])],
    synonyms: ["atLeast": "min", "atMost": "max", "count": "rows", "regex": "matches", "equal": "equals"])

  /// The expectation described by those keys, of which the shape lets exactly one stand.
  init(_ record: Record) {
    if let value = record[Self.equalsKey] {
      self = .equals(value)
    } else if let value = record[Self.minKey] {
      self = .min(value.text)
    } else if let value = record[Self.maxKey] {
      self = .max(value.text)
    } else if let bounds = record[Self.betweenKey] {
      self = .between(bounds[0].text, bounds[1].text)
    } else if let pattern = record[Self.matchesKey] {
      self = .matches(pattern)
    } else {
      self = .rows(record[Self.rowsKey] ?? 0)
    }
  }

  /// How many rows have to be fetched to judge.
  var rowLimit: Int {
    if case .rows(let count) = self { return count + 1 }
    return 2
  }

  /// For people.
  var text: String {
    switch self {
    case .equals(.number(let text)): text
    case .equals(.text(let text)): "`\(text)`"
    case .min(let bound): "at least \(bound)"
    case .max(let bound): "at most \(bound)"
    case .between(let low, let high): "between \(low) and \(high)"
    case .matches(let pattern): "a match of `\(pattern.source)`"
    case .rows(let count): count == 1 ? "1 row" : "\(count) rows"
    }
  }

  /// Whether the fetched rows are what is expected, and what they are, for people.
  ///
  /// May take long.
  func judge(_ rows: [[String?]]) -> (passed: Bool, actual: String) {
    if case .rows(let count) = self {
      let found = rows.count > count ? "more than \(count)" : "\(rows.count)"
      return (rows.count == count, rows.count == 1 && count >= 1 ? "1 row" : "\(found) rows")
    }
    guard rows.count == 1, let first = rows[0].first else {
      return (false, rows.isEmpty ? "no row" : "more than one row")
    }
    guard let value = first else { return (false, "NULL") }
    return (isMet(by: value), Self.shown(value))
  }

  private func isMet(by value: String) -> Bool {
    func compare(_ bound: String) -> Int? { ScalarValue.compare(value, bound) }
    switch self {
    case .equals(let expected): return expected.isEqual(to: value)
    case .min(let bound): return compare(bound).map { $0 >= 0 } ?? false
    case .max(let bound): return compare(bound).map { $0 <= 0 } ?? false
    case .between(let low, let high):
      return (compare(low).map { $0 >= 0 } ?? false) && (compare(high).map { $0 <= 0 } ?? false)
    case .matches(let pattern): return pattern.isFound(in: value)
    case .rows: return false
    }
  }

  private static func shown(_ value: String) -> String {
    ScalarValue.isNumber(value) ? value : "`\(value.prefix(200))`"
  }
}

extension ValueType where Value == [ScalarValue] {
  /// Two numbers, the smaller one first.
  fileprivate static var bounds: ValueType<[ScalarValue]> {
    ValueType<ScalarValue>.number.list().narrowed("two numbers, like `[1, 10]`") { (values) throws(Refusal) in
      guard values.count == 2, let order = ScalarValue.compare(values[0].text, values[1].text), order <= 0
      else {
        throw Refusal(
          .badValue, "this must be two numbers, the smaller one first", hint: "for example `[1, 10]`")
      }
      return values
    }
  }
}
