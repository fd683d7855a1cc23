import BackendKit
import Declarations
import Diagnostics
import HostSystem
import RunEvents
import Values

/// Makes checks, all of them, and fails unless every required one passes.
struct VerifyIntegrity: StepAction {
  static let checksKey = Key<[PlannedCheck]>.required(
    "checks", .plannedChecks, "the checks to make, in the order of the report")
  static let repairsKey = Key<Int>.optional(
    "repairs", .integer(1...10), default: 2, shownAs: "2",
    "how often steps may run to repair what the checks found, in all")

  /// The inputs of the action and what it promises.
  static let declaration = KindDeclaration(
    "VerifyIntegrity",
    summary: "Makes checks, and fails unless every required one passes.",
    notes: """
      All checks are made, a few at a time, also after one has failed; each goes on record with what was expected and \
      what was found. A check that could not run is not a pass. The step's `retry` makes all of them again. \
      A drill leaves out checks that read no database it restored, because they would look at production; with no \
      required check left the step fails.

      A check with `repair: [step, ...]` has those steps run when it does not pass, then all checks are made again; such \
      steps run only then. A check with `watch: {for: 30m, every: 1m}` goes on being made after the step has succeeded: \
      the steps after it and the verdict do not wait, the run ends when the watch is over, and what is found is part of \
      its record. A watch begins anew after a repair. One that ends with a required check not passed makes the run one \
      with exceptions. Only required checks have anything repaired.

      Outputs: `passed` and `failed`, the numbers of checks.
      """,
    example: """
      - id: verify-orders
        action: VerifyIntegrity
        with:
          checks:
            - {type: EngineCheck, database: orders}
            - {type: RowCounts, database: orders}
      """,
    shape: Shape(
      "the inputs of VerifyIntegrity", [checksKey.erased, repairsKey.erased], synonyms: ["check": "checks"]))

  /// How many checks run at once: most of them read a whole database each.
  private static let width = 4

  let checks: [PlannedCheck]
  private let repairs: Int

  /// Made from the inputs of a step.
  init(_ inputs: Record) {
    checks = inputs[Self.checksKey]
    repairs = inputs[Self.repairsKey]
  }

  /// What it touches.
  var effects: ActionEffects {
    ActionEffects(phase: .verify, checks: checks, outputs: ["passed", "failed"], repairLimit: repairs)
  }

  /// Makes all checks.
  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    let records = try await made(context)
    guard !Task.isCancelled else { throw .cancelled("the verification") }
    let bad = zip(checks, records).filter {
      $0.0.isRequired && $0.1.state != .passed && $0.1.state != .skipped
    }.map(\.1)
    guard bad.isEmpty else { throw Self.failure(bad, of: records.count) }
    try refuseEmptyProof(records)
    let passed = records.count { $0.state == .passed }
    let skipped = records.count { $0.state == .skipped }
    return StepResult(outputs: ["passed": String(passed), "failed": String(records.count - passed - skipped)])
  }

  /// A step whose every required check was skipped has proven nothing, and must not look as if it had.
  private func refuseEmptyProof(_ records: [CheckRecord]) throws(StepFailure) {
    let required = zip(checks, records).filter { $0.0.isRequired }.map(\.1)
    guard !required.isEmpty, required.allSatisfy({ $0.state == .skipped }) else { return }
    throw StepFailure(
      .checkFailed, "no required check of this step can be made in a drill, so it proves nothing",
      remedy:
        "add a check that reads a restored database, or leave the step out of drills: `modes: [recovery]`",
      lastLines: required.map { "\($0.id): skipped: \($0.actual)" }, isRetryable: false)
  }

  /// Why a check is not made in this run; nil when it is.
  private static func reasonToSkip(_ check: any IntegrityCheck, _ context: StepContext) -> String? {
    guard context.run.mode == .drill else { return nil }
    if let problem = check.drillProblem { return problem }
    guard let database = check.database, check.readsData, context.restored[database] == nil else {
      return nil
    }
    return "this drill has not restored `\(database)`"
  }

  /// Every check's record, in the order of the plan, each put on record as it ends.
  private func made(_ context: StepContext) async throws(StepFailure) -> [CheckRecord] {
    let checks = checks
    let result = await withTaskGroup(
      of: (Int, Result<CheckRecord, StepFailure>).self, returning: Result<[CheckRecord], StepFailure>.self
    ) { group in
      var records = [CheckRecord?](repeating: nil, count: checks.count)
      var next = 0
      func startNext() {
        guard next < checks.count else { return }
        let (index, planned) = (next, checks[next])
        group.addTask { (index, await Self.made(planned, at: index + 1, context)) }
        next += 1
      }
      for _ in 0..<Self.width { startNext() }
      while let (index, outcome) = await group.next() {
        switch outcome {
        case .success(let record): records[index] = record
        case .failure(let failure):
          // The journal refused: nothing more may be done that it does not know of.
          group.cancelAll()
          return .failure(failure)
        }
        startNext()
      }
      return .success(records.compactMap(\.self))
    }
    return try result.get()
  }

  private static func made(
    _ planned: PlannedCheck, at position: Int, _ context: StepContext
  ) async -> Result<CheckRecord, StepFailure> {
    let record = await look(planned, at: position, context)
    do throws(StepFailure) {
      try await context.record(.check(record))
      return .success(record)
    } catch {
      return .failure(error)
    }
  }

  /// Makes a check once; not on record.
  static func look(_ planned: PlannedCheck, at position: Int, _ context: StepContext) async -> CheckRecord {
    let clock = HostClock()
    let start = clock.uptime
    context.progress(StepProgress("checking \(planned.id)"))
    var record = CheckRecord(
      id: planned.id, type: planned.type, database: planned.check.database, state: .errored, expected: "",
      actual: "", seconds: 0, position: position)
    do throws(StepFailure) {
      if let reason = reasonToSkip(planned.check, context) {
        record.state = .skipped
        record.expected = "a recovery"
        record.actual = reason
      } else {
        let outcome = try await planned.check.run(context)
        record.state = outcome.passed ? .passed : .failed
        record.expected = outcome.expected
        record.actual = outcome.actual
      }
    } catch {
      record.expected = "the check to run"
      record.actual = "\(error.code.rawValue): \(error.message)"
    }
    record.seconds = (clock.uptime - start).roundedSeconds
    return record
  }

  private static func failure(_ bad: [CheckRecord], of count: Int) -> StepFailure {
    var failure = StepFailure(
      .checkFailed, "\(bad.count) of \(count) checks did not pass: \(bad.map(\.id).joined(separator: ", "))",
      remedy: "do not use the data before the cause is known; `drplan runs show` has every check",
      lastLines: bad.map { record in
        record.state == .errored
          ? "\(record.id): could not run: \(record.actual)"
          : "\(record.id): expected \(record.expected), found \(record.actual)"
      })
    failure.failedChecks = bad.map(\.id)
    return failure
  }

  /// What became of an attempt that was killed.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .notDone("it only reads")
  }

  /// Sets back what it changed.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }

  /// Looks at what a run would need, changing nothing.
  func probe(_ context: StepContext) async -> [ProbeFinding] {
    checks.map { planned in
      ProbeFinding("check \(planned.id)", .wouldRun, "what it finds is known only after the restore")
    }
  }
}

extension StepFailure.Code {
  /// A required check did not pass.
  static let checkFailed = StepFailure.Code(rawValue: "CheckFailed")
}
