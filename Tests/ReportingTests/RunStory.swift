import RunEvents
import Values

@testable import Reporting

/// Builds the events of a run by hand: `at` moves both clocks, the other functions add an event each.
struct RunStory {
  private(set) var events: [RunEvent] = []
  private var elapsed: Duration = .zero
  private let start: Timestamp

  static let run = "20261120T031502Z-orders-7f3a"

  init(
    mode: RunMode = .recovery, rto: Double = 900, rpo: Double = 300, declared: String? = nil,
    disrupted: String? = nil, measuredFrom: MeasuredFrom = .planStart,
    restoredWhen: String? = "verify-orders",
    title: String? = "Orders platform", steps: [StepOutline]
  ) throws {
    start = try instant("2026-11-20T03:15:02.250Z")
    let declaredAt = try declared.map(instant) ?? start
    add(
      .runStarted(
        RunStarted(
          tool: "0.1.0", plan: try name("orders"), title: title, owner: "team-orders",
          planDigest: .zero, planFile: "plans/orders.yaml", planPath: "/plans/orders.yaml", mode: mode,
          params: ["recoveryPoint": "Latest"],
          declaredAt: declaredAt, declaredGiven: declared != nil,
          disruptedAt: try disrupted.map(instant) ?? declaredAt, disruptedGiven: disrupted != nil,
          rtoSeconds: rto,
          rpoSeconds: rpo, mtdSeconds: 14_400, measuredFrom: measuredFrom,
          restoredWhen: try restoredWhen.map { try name($0) }, steps: steps, user: "root",
          host: "dr-runner-1",
          pid: 4711, bootID: "5c5e4b0e-0000-4000-8000-000000000000")))
  }

  mutating func at(_ seconds: Double) { elapsed = .milliseconds(Int64((seconds * 1000).rounded())) }

  mutating func add(_ body: RunEvent.Body) {
    guard let run = RunID(Self.run), let plan = PlanName("orders") else { return }
    events.append(
      RunEvent(
        sequence: events.count, run: run, plan: plan, time: start.advanced(by: elapsed), elapsed: elapsed,
        body: body))
  }

  mutating func begin(_ step: String, attempt: Int = 1, at seconds: Double? = nil) throws {
    if let seconds { at(seconds) }
    add(.stepStarted(StepStarted(step: try name(step), attempt: attempt)))
  }

  mutating func evidence(_ step: String, _ evidence: StepEvidence, attempt: Int = 1) throws {
    add(.stepEvidence(StepEvidenceEvent(step: try name(step), attempt: attempt, evidence: evidence)))
  }

  mutating func end(
    _ step: String, _ state: StepState = .succeeded, attempts: Int = 1, error: StepError? = nil,
    outputs: [String: String] = [:], at seconds: Double? = nil
  ) throws {
    if let seconds { at(seconds) }
    add(
      .stepFinished(
        StepFinished(step: try name(step), state: state, attempts: attempts, error: error, outputs: outputs)))
  }

  mutating func finish(_ result: RunResult, reason: String? = nil, signal: String? = nil) {
    add(.runFinished(RunFinished(result: result, reason: reason, signal: signal)))
  }

  /// `restore-orders` from begin to end, as an engine reports it.
  mutating func restore(
    _ database: String = "orders", from begin: Double, to end: Double,
    consistentAt: String = "2026-11-20T03:12:59.250Z", verified: Bool = true, kept: String? = nil,
    holders: [String] = [], meanwhile: (inout RunStory) throws -> Void = { _ in }
  ) throws {
    let step = "restore-\(database)"
    try self.begin(step, at: begin)
    let restored = RestoredDatabase(
      database: try name(database), snapshot: try unwrapped(SnapshotID("20261120T031259Z-a1b2c3d4")),
      consistentAt: try instant(consistentAt), bytes: ByteCount(104_857_600 as Int64), files: 3,
      verified: verified)
    try evidence(step, .snapshotChosen(restored))
    try meanwhile(&self)
    at(end - 0.1)
    let target = "/srv/\(database)/\(database).db"
    let swap = Publication(
      database: try name(database), target: target, staging: "\(target).drplan-staging", kept: kept,
      holders: [])
    var done = swap
    done.holders = holders
    try evidence(step, .publishing(swap))
    try evidence(step, .published(done))
    try evidence(step, .restored(restored))
    try self.end(step, outputs: ["recoveryPoint": consistentAt], at: end)
  }

  mutating func verify(from begin: Double, to end: Double, _ states: [CheckRecord.State]) throws {
    try self.begin("verify-orders", at: begin)
    let types = ["EngineCheck", "RowCounts"]
    for (number, state) in states.enumerated() {
      let check = CheckRecord(
        id: types[number % 2], type: types[number % 2], database: try name("orders"), state: state,
        expected: "1,000 rows in `orders`",
        actual: state == .passed
          ? "1,000 rows in `orders`" : state == .failed ? "998 rows" : "database is locked",
        seconds: 0.25)
      try evidence("verify-orders", .check(check))
    }
    let passed = states.allSatisfy { $0 == .passed || $0 == .skipped }
    try self.end(
      "verify-orders", passed ? .succeeded : .failed,
      error: passed
        ? nil
        : StepError(
          code: "CheckFailed", message: "1 of \(states.count) checks did not pass",
          remedy: "restore an older snapshot: --param recoveryPoint=...",
          lastLines: ["rows: 998", "expected: 1000"]),
      at: end)
  }

  var record: RunRecord { get throws { try unwrapped(RunRecordFold(events).record()) } }

  /// A plan of the usual kind: restore, restart, verify, and a message at the end.
  static var ordersSteps: [StepOutline] {
    get throws {
      [
        try step("announce", "NotifyStakeholders", .notify, onFailure: .continue),
        try step(
          "restore-orders", "RestoreDatabase", .restore, title: "Restore the orders database",
          restores: ["orders"]),
        try step("restart-services", "RestartServices", .restart, needs: ["restore-orders"]),
        try step(
          "verify-orders", "VerifyIntegrity", .verify, needs: ["restart-services"], verifies: ["orders"]),
        try step("close-out", "NotifyStakeholders", .notify, isFinally: true),
      ]
    }
  }

  /// A run in which all goes well and takes 12.431 s.
  static func good(kept: String? = nil, holders: [String] = []) throws -> RunStory {
    var story = try RunStory(steps: try ordersSteps)
    try story.begin("announce", at: 0.010)
    try story.evidence(
      "announce", .notification(NotificationRecord(channel: try name("incident-room"), delivered: true)))
    try story.restore(from: 0.012, to: 8.2, kept: kept, holders: holders) { try $0.end("announce", at: 0.4) }
    try story.begin("restart-services", at: 8.210)
    try story.evidence(
      "restart-services",
      .service(ServiceRecord(service: try name("orders-api"), state: "Ready", detail: "pid 812")))
    try story.end("restart-services", at: 10.4)
    try story.verify(from: 10.405, to: 12.431, [.passed, .passed])
    story.add(.finallyStarted)
    try story.begin("close-out", at: 12.5)
    try story.end("close-out", at: 13.0)
    story.finish(.recovered)
    return story
  }
}

func step(
  _ id: String, _ action: String, _ phase: StepPhase, title: String? = nil, needs: [String] = [],
  onFailure: FailurePolicy = .abort, isFinally: Bool = false, restores: [String] = [], verifies: [String] = []
) throws -> StepOutline {
  StepOutline(
    id: try name(id), action: action, title: title, needs: try needs.map { try name($0) }, phase: phase,
    timeoutSeconds: 600, estimateSeconds: nil, onFailure: onFailure, isFinally: isFinally,
    restores: try restores.map { try name($0) }, verifies: try verifies.map { try name($0) },
    definition: .zero)
}

struct NotWellFormed: Error { var text: String }

func name<Kind>(_ text: String) throws -> Identifier<Kind> {
  guard let name = Identifier<Kind>(text) else { throw NotWellFormed(text: text) }
  return name
}

func instant(_ text: String) throws -> Timestamp {
  guard let instant = Timestamp(rfc3339: text) else { throw NotWellFormed(text: text) }
  return instant
}

func unwrapped<Value>(_ value: Value?) throws -> Value {
  guard let value else { throw NotWellFormed(text: "nil") }
  return value
}
