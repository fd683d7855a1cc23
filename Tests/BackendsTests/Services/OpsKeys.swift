import BackendKit
import Declarations
import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing
import Values

@testable import Backends

/// Reads keys as a plan would have them, without its text.
enum OpsKeys {
  /// The diagnostics of keys that are wrong.
  static func findings(_ declaration: KindDeclaration, _ keys: JSONValue) -> [Diagnostic] {
    var decoding = Decoding(baseDirectory: "/plan")
    _ = declaration.shape.read(node(keys), &decoding)
    return decoding.diagnostics
  }

  /// What those keys say.
  static func record(_ declaration: KindDeclaration, _ keys: JSONValue, folder: String = "/plan") throws
    -> Record
  {
    var decoding = Decoding(baseDirectory: folder)
    let record = declaration.shape.read(node(keys), &decoding)
    return try #require(record, "\(decoding.diagnostics)")
  }

  /// A value as if it had been read from a plan.
  static func node(_ value: JSONValue) -> Node {
    let start = SourcePosition(line: 1, column: 1)
    let range = SourceRange(start: start, end: start)
    switch value {
    case .null: return Node(.scalar("", .plain), range: range)
    case .bool(let value): return Node(.scalar("\(value)", .plain), range: range)
    case .integer(let value): return Node(.scalar("\(value)", .plain), range: range)
    case .number(let value): return Node(.scalar("\(value)", .plain), range: range)
    case .string(let text): return Node(.scalar(text, .quoted), range: range)
    case .array(let values): return Node(.sequence(values.map(node)), range: range)
    case .object(let members):
      return Node(
        .mapping(members.map { .init(key: $0.key, keyRange: range, value: node($0.value)) }), range: range)
    }
  }
}
