import CommandLineKit
import RunEvents
import StepGraph
import Values

/// The options of `drplan run` that leave steps out.
enum StepOptions {
  static let only = Option(
    "only", value: .required("STEP"), isRepeatable: true,
    "run just this step, and `finally`; the run never counts as a whole recovery")
  static let from = Option(
    "from", value: .required("STEP"), isRepeatable: true, "run this step and all that run after it")
  static let skip = Option("skip", value: .required("STEP"), isRepeatable: true, "leave this step out")
  static let reason = Option("reason", value: .required("TEXT"), "why steps are left out; goes on record")

  /// The steps to leave out, by index, each with why.
  static func excluded(
    _ invocation: Invocation, _ graph: StepGraph, mode: RunMode
  ) throws(CommandFailure) -> [Int: String] {
    let choice = StepChoice(
      only: invocation.values(only), from: invocation.values(from), skip: invocation.values(skip),
      reason: invocation.value(reason))
    do throws(StepChoice.Refusal) {
      return try choice.excluded(in: graph, mode: mode)
    } catch {
      throw CommandFailure(.refused, error.message, remedy: error.remedy)
    }
  }
}
