public import Diagnostics
import PlanSyntax
public import Values

/// Why a value of the right shape cannot stand: becomes a finding at the value's place.
public struct Refusal: Error, Sendable {
  /// What the value breaks.
  public let rule: DiagnosticRule
  /// The fact.
  public let message: String
  /// The remedy.
  public let hint: String?

  /// A refusal.
  public init(_ rule: DiagnosticRule, _ message: String, hint: String? = nil) {
    self.rule = rule
    self.message = message
    self.hint = hint
  }
}

extension ValueType {
  /// The same values, made into others or refused; for kinds that need not know of nodes and places.
  public func narrowed<Other: Sendable>(
    _ name: String? = nil, schema: @autoclosure @escaping @Sendable () -> JSONValue? = nil,
    _ convert: @escaping @Sendable (Value) throws(Refusal) -> Other
  ) -> ValueType<Other> {
    map(name, schema: schema()) { value, node, decoding in
      do throws(Refusal) {
        return try convert(value)
      } catch {
        decoding.report(error.rule, error.message, at: node.range, hint: error.hint)
        return nil
      }
    }
  }
}
