import Declarations
import PlanModel
import Values

/// The `retry` of a step.
enum RetrySection {
  static let initial = Key.optional(
    "initial", ValueType<Duration>.duration(), default: .seconds(1), shownAs: "1s",
    "pause before the second attempt")
  static let factor = Key.optional(
    "factor", ValueType<Double>.decimal(atLeast: 1), default: 2, shownAs: "2",
    "by how much each pause is longer")
  static let max = Key.optional(
    "max", ValueType<Duration>.duration(), default: .seconds(60), shownAs: "1m", "longest pause")
  static let backoffShape = Shape("the backoff", [initial.erased, factor.erased, max.erased])

  static let maxAttempts = Key.required(
    "maxAttempts", ValueType<Int>.integer(1...100), "attempts in all, the first included")
  static let attemptTimeout = Key<Duration?>.optional(
    "attemptTimeout", .duration(), "how long one attempt may take")
  static let backoff = Key<RetryPolicy?>.optional(
    "backoff",
    backoffShape.value {
      RetryPolicy(maxAttempts: 1, initial: $0[initial], factor: $0[factor], max: $0[max])
    },
    "pauses between attempts")

  static let shape = Shape(
    "the retries", [maxAttempts.erased, attemptTimeout.erased, backoff.erased],
    synonyms: ["limit": "maxAttempts", "attempts": "maxAttempts", "count": "maxAttempts"])

  static let type = shape.value { record -> RetryPolicy in
    var policy = record[backoff] ?? .never
    policy.maxAttempts = record[maxAttempts]
    policy.attemptTimeout = record[attemptTimeout]
    return policy
  }
}
