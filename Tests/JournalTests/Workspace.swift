import Glibc
import HostSystem
import RunEvents
import Testing
import Values

@testable import Journal

struct Missing: Error { var what: String }

func unwrapped<Value>(_ value: Value?, _ what: String = "a value") throws -> Value {
  guard let value else { throw Missing(what: what) }
  return value
}

func name<Kind>(_ text: String) throws -> Identifier<Kind> { try unwrapped(Identifier<Kind>(text), text) }

/// A directory of its own under the system's temporary directory; the caller removes it.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let path = "/tmp/drplan-journal-" + RandomBytes.hex(12)
  #expect(mkdir(path, 0o700) == 0)
  do {
    let result = try await body(path)
    try FileTree.remove(path)
    return result
  } catch {
    try FileTree.remove(path)
    throw error
  }
}

/// A directory on a file system of `bytes` bytes in memory; needs root, and fails without.
func withSmallFileSystem(_ bytes: Int, _ body: (String) async throws -> Void) async throws {
  try await withDirectory { path in
    let point = path + "/small"
    #expect(mkdir(point, 0o700) == 0)
    let mounted = mount("tmpfs", point, "tmpfs", 0, "size=\(bytes)")
    try #require(mounted == 0, "cannot mount a tmpfs (errno \(errno)): run these tests as root")
    do {
      try await body(point)
    } catch {
      umount2(point, Int32(MNT_DETACH))
      throw error
    }
    #expect(umount2(point, Int32(MNT_DETACH)) == 0)
  }
}

func runID(_ text: String = "20261120T031502Z-orders-7f3a") throws -> RunID {
  try unwrapped(RunID(text), text)
}

func newDirectory(_ state: String) async throws -> RunDirectory {
  try await RunDirectory.create(run: try runID(), stateDirectory: state, plan: Array("name: orders\n".utf8))
}

func started(steps: Int = 1) throws -> RunEvent.Body {
  let outlines = try (0..<steps).map { number in
    StepOutline(
      id: try name("step-\(number)"), action: "RunCommand", title: "Schritt \(number) \u{1b}[31m", needs: [],
      phase: .other, timeoutSeconds: 0.1, estimateSeconds: nil, onFailure: .continue, isFinally: false,
      restores: [],
      verifies: [], definition: .zero)
  }
  let instant = Timestamp(nanoseconds: 1_795_144_502_123_456_789)
  return .runStarted(
    RunStarted(
      tool: "0.1.0", plan: try name("orders"), title: nil, owner: nil, planDigest: .zero,
      planFile: "plan.yaml", planPath: "/plans/orders.yaml",
      mode: .drill, params: ["b": "2", "a": "\"\\\n"], declaredAt: instant, declaredGiven: false,
      disruptedAt: instant, disruptedGiven: true, rtoSeconds: 900.5, rpoSeconds: 300, mtdSeconds: nil,
      measuredFrom: .declaration, restoredWhen: nil, steps: outlines, user: "root", host: "h", pid: 1,
      bootID: "b"))
}

/// One body of every kind, in an order that a run could have.
func everyKind() throws -> [RunEvent.Body] {
  let step: StepID = try name("step-0")
  let database: DatabaseID = try name("orders")
  let restored = RestoredDatabase(
    database: database, snapshot: try unwrapped(SnapshotID("20261120T031259Z-a1b2c3d4")),
    consistentAt: Timestamp(nanoseconds: 1_795_144_379_000_000_001), bytes: ByteCount(1 << 40 as Int64),
    files: 7,
    verified: true)
  let swap = Publication(database: database, target: "/a", staging: "/b", kept: nil, holders: ["psql (7)"])
  let evidence: [StepEvidence] = [
    .snapshotChosen(restored), .publishing(swap), .published(swap), .restored(restored),
    .check(
      CheckRecord(
        id: "c", type: "RowCounts", database: nil, state: .errored, expected: "e", actual: "a", seconds: 0.125
      )),
    .service(ServiceRecord(service: try name("api"), state: "Ready")),
    .notification(NotificationRecord(channel: try name("room"), delivered: false, error: "\u{2028}")),
    .note("line one\nline two"),
  ]
  let error = StepError(code: "Timeout", message: "too slow", remedy: nil, lastLines: ["x", "</script>"])
  return [
    try started(), .stepStarted(StepStarted(step: step, attempt: 1)),
    .stepRetrying(StepRetrying(step: step, attempt: 1, error: error, delaySeconds: 1.5)),
  ]
    + evidence.map { .stepEvidence(StepEvidenceEvent(step: step, attempt: 2, evidence: $0)) }
    + [
      .stepFinished(
        StepFinished(step: step, state: .failed, attempts: 2, error: error, outputs: ["b": "1", "a": "2"])),
      .interruptRequested(InterruptRequested(signal: "SIGINT", stage: 1)), .finallyStarted,
      .runFinished(RunFinished(result: .interrupted, reason: "Ctrl-C", signal: "SIGINT")),
    ]
}

/// The bytes of a journal that holds these events; without an argument one of every kind.
func journalBytes(_ bodies: [RunEvent.Body]? = nil) async throws -> [UInt8] {
  try await withDirectory { path in
    let directory = try await newDirectory(path)
    let writer = try await JournalWriter.create(in: directory, plan: try name("orders"), host: "h")
    for body in try bodies ?? everyKind() { _ = try await writer.record([body]) }
    return try DurableFile.read(directory.journal, limit: 1 << 20)
  }
}

/// The bytes of a short journal, for tests that change or cut it at every byte.
func shortJournalBytes() async throws -> [UInt8] {
  let kinds = try everyKind()
  return try await journalBytes([kinds[0], kinds[1], kinds[7], kinds[kinds.count - 1]])
}
