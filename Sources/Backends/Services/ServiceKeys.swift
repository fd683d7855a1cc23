import Declarations
import Diagnostics

extension ValueType where Value == [NamedValue<Template>] {
  /// Environment variables, each with its text.
  static var variables: ValueType<[NamedValue<Template>]> {
    .checkedVariables(ValueType<Template>.template.named())
  }
}

extension ValueType where Value == [NamedValue<SecretReference>] {
  /// Environment variables, each with its secret.
  static var secretVariables: ValueType<[NamedValue<SecretReference>]> {
    .checkedVariables(ValueType<SecretReference>.secret.named())
  }
}

extension ValueType {
  /// The same mapping, refusing names that no environment can hold.
  fileprivate static func checkedVariables<Element>(_ type: ValueType<[NamedValue<Element>]>)
    -> ValueType<[NamedValue<Element>]> where Value == [NamedValue<Element>]
  {
    type.map { values, _, decoding in
      for value in values where !isVariable(value.name) {
        decoding.report(
          .badValue, "`\(value.name)` is not the name of an environment variable", at: value.nameRange)
      }
      return values
    }
  }

  private static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy {
      (65...90).contains($0) || (97...122).contains($0) || (48...57).contains($0) || $0 == 95
    }
  }
}
