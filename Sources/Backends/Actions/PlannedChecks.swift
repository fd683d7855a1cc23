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

  static let watch = Key<CheckWatch?>.optional(
    "watch", watchShape.value { CheckWatch(duration: $0[watchFor], interval: $0[watchEvery]) },
    "goes on making the check after the step has succeeded, without holding up the verdict")
  static let repair = Key<[PlacedText]>.optional(
    "repair",
    ValueType<PlacedText>.placed("the id of a step").list(), default: [], shownAs: "none",
    "steps that run when the check does not pass, one after the other, before it is made again")

  static let watchFor = Key.required("for", ValueType<Duration>.duration(), "for how long")
  static let watchEvery = Key.optional(
    "every", ValueType<Duration>.duration(), default: .seconds(60), shownAs: "1m",
    "the pause between two looks")
  static let watchShape = Shape("a watch", [watchFor.erased, watchEvery.erased])

  static let shape = Shape(
    "a check", [id.erased, required.erased, watch.erased, repair.erased], synonyms: ["name": "id"])
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
            id: id, type: value.kind, isRequired: value.record[CommonCheckKeys.required],
            check: value.product, watch: value.record[CommonCheckKeys.watch],
            repair: value.record[CommonCheckKeys.repair].map { PlannedRepair(name: $0.text, range: $0.range) }
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
