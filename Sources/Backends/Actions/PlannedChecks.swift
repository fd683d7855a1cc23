import BackendKit
import Declarations
import Diagnostics
import Values

/// What names a check within its step.
enum CheckKind {}

/// The keys that every check has beside its own.
enum CommonCheckKeys {
  static let id = Key<String?>.optional(
    "id", .checkName, "the check's name in the report (default: its type and its number in the list)")
  static let required = Key<Bool>.optional(
    "required", .boolean, default: true, shownAs: "true",
    "whether the step fails when the check does not pass")

  static let shape = Shape(
    "a check", [id.erased, required.erased],
    later: [
      LaterKey("watch", "make the check again and again for a while, so that a relapse is seen"),
      LaterKey("repair", "what to do when the check fails, before it is made once more"),
    ], synonyms: ["name": "id"])
}

extension ValueType where Value == [PlannedCheck] {
  /// A list of checks, each under a name of its own.
  static var plannedChecks: ValueType<[PlannedCheck]> {
    checkFamily.flat(CommonCheckKeys.shape).list(atLeast: 1).map("a list of checks") { values, _, decoding in
      var checks: [PlannedCheck] = []
      for (index, value) in values.enumerated() {
        let written = value.record[CommonCheckKeys.id]
        let id = written ?? "\(value.kind)-\(index + 1)"
        guard !checks.contains(where: { $0.id == id }) else {
          decoding.report(
            .badValue, "two checks of this step are named `\(id)`",
            at: value.record.range(of: CommonCheckKeys.id) ?? value.record.range)
          return nil
        }
        checks.append(
          PlannedCheck(
            id: id, type: value.kind, isRequired: value.record[CommonCheckKeys.required], check: value.product
          ))
      }
      return checks
    }
  }
}

extension ValueType where Value == String {
  fileprivate static var checkName: ValueType<String> {
    text.narrowed("a kebab-case name") { (text) throws(Refusal) in
      guard Identifier<CheckKind>(text) != nil else {
        throw Refusal(
          .badName, "`\(text)` is not a kebab-case name",
          hint: "lower-case letters, digits and single hyphens, like `orders-sum`")
      }
      return text
    }
  }
}
