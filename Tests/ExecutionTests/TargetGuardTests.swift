import BackendKit
import Declarations
import DrplanTestKit
import PlanModel
import RunEvents
import StepGraph
import Synchronization
import Testing
import Values

@testable import Execution

/// The look at a target before every attempt to change it.
@Suite struct TargetGuardTests {
  private let orders = PlanFixtures.database("orders")
  private let place = ScriptedPlace()

  private func step(_ script: @escaping ScriptedAction.Script = { _ throws(StepFailure) in StepResult() })
    -> ScriptedAction
  {
    ScriptedAction(effects: ActionEffects(phase: .restore, restores: [orders]), script)
  }

  private func fixture(_ actions: [ScriptedAction], identity: [String: String] = [:]) -> ExecutorFixture {
    var fixture = ExecutorFixture(
      actions.enumerated().map { PlanFixtures.step("s\($0)", $1, retry: Self.thrice) })
    fixture.databases = [
      DatabaseBinding(id: orders, engineName: "Scripted", source: place, target: place, identity: identity)
    ]
    return fixture
  }

  private static let thrice = RetryPolicy(
    maxAttempts: 3, initial: .seconds(1), factor: 2, max: .seconds(60))

  private func looks(_ fixture: ExecutorFixture) -> [[String: String]] {
    fixture.recorder.bodies.compactMap {
      guard case .stepEvidence(let event) = $0, case .identity(let identity) = event.evidence else {
        return nil
      }
      return identity.facts
    }
  }

  private func failure(_ fixture: ExecutorFixture) -> StepError? {
    fixture.recorder.bodies.compactMap { body -> StepError? in
      guard case .stepFinished(let event) = body, event.state == .failed else { return nil }
      #expect(event.attempts == 1)
      return event.error
    }.first
  }

  @Test func whatIsSeenGoesOnRecordOnceAndBeforeTheActionRuns() async throws {
    place.facts = ["fileSystem": "a", "kind": "File"]
    let fixture = fixture([step(), step()])
    #expect(try await fixture.run().result == .recovered)
    #expect(looks(fixture) == [["fileSystem": "a", "kind": "File"]])
  }

  @Test func aTargetThatThePlanDoesNotMeanIsNotTouched() async throws {
    place.facts = ["fileSystem": "b"]
    let touched = Mutex(false)
    let fixture = fixture(
      [
        step { _ throws(StepFailure) in
          touched.withLock { $0 = true }
          return StepResult()
        }
      ], identity: ["fileSystem": "a"])
    #expect(try await fixture.run().result == .failed)
    #expect(!touched.withLock { $0 })
    #expect(failure(fixture)?.code == "WrongTarget")
    #expect(looks(fixture).isEmpty)
  }

  @Test func aTargetSwappedBetweenTwoStepsIsNotTouched() async throws {
    place.facts = ["fileSystem": "a", "applicationId": "1"]
    let place = place
    let swap = ScriptedAction { _ throws(StepFailure) in
      place.facts = ["fileSystem": "a", "applicationId": "2"]
      return StepResult()
    }
    let fixture = fixture([step(), swap, step()])
    #expect(try await fixture.run().result == .failed)
    #expect(failure(fixture)?.message.contains("was `1` and is `2` now") == true)
  }

  @Test func whatTheRunPublishesItselfIsSeenAnew() async throws {
    place.facts = ["fileSystem": "a", "applicationId": "1"]
    let (place, orders) = (place, orders)
    let publish = step { context throws(StepFailure) in
      try await context.record(
        .publishing(Publication(database: orders, target: "/t", staging: "/s", kept: nil)))
      place.facts = ["fileSystem": "a", "applicationId": "2"]
      return StepResult()
    }
    let swap = ScriptedAction { _ throws(StepFailure) in
      place.facts["applicationId"] = "3"
      return StepResult()
    }
    let fixture = fixture([publish, step(), swap, step()])
    #expect(try await fixture.run().result == .failed)
    #expect(looks(fixture).map { $0["applicationId"] } == ["1", "2"])
    #expect(failure(fixture)?.message.contains("was `2` and is `3` now") == true)
    // A run that goes on knows the same.
    let known = TargetGuard.seen(in: fixture.recorder.bodies)
    #expect(known[orders]?.facts == ["fileSystem": "a", "applicationId": "2"])
  }

  @Test func whatWasRestoredAndIsNotWhatThePlanStatesIsSaid() async throws {
    place.facts = ["applicationId": "1"]
    let (place, orders) = (place, orders)
    let publish = step { context throws(StepFailure) in
      try await context.record(
        .publishing(Publication(database: orders, target: "/t", staging: "/s", kept: nil)))
      place.facts = ["applicationId": "0"]
      return StepResult()
    }
    let fixture = fixture([publish], identity: ["applicationId": "1"])
    #expect(try await fixture.run().result == .recovered)
    let notes = fixture.recorder.bodies.compactMap { body -> String? in
      guard case .stepEvidence(let event) = body, case .note(let text) = event.evidence else { return nil }
      return text
    }
    #expect(notes.count == 1)
    #expect(notes.first?.contains("`applicationId` is `0`, not `1`") == true)
  }

  @Test func whatWasRestoredAndIsNotWhatThePlanStatesIsTakenBack() async throws {
    place.facts = ["fileSystem": "a", "applicationId": "1"]
    let (place, orders) = (place, orders)
    var publish = step { context throws(StepFailure) in
      try await context.record(
        .publishing(Publication(database: orders, target: "/t", staging: "/s", kept: nil)))
      place.facts["applicationId"] = "0"
      return StepResult()
    }
    publish.undoing = { _ throws(StepFailure) in
      place.facts["applicationId"] = "1"
      return .undone("back")
    }
    let failing = ScriptedAction { _ throws(StepFailure) in throw StepFailure(.system, "scripted") }
    func fixture() -> ExecutorFixture {
      var fixture = ExecutorFixture([
        PlanFixtures.step("s0", publish), PlanFixtures.step("s1", failing, onFailure: .rollback),
      ])
      fixture.databases = [
        DatabaseBinding(
          id: orders, engineName: "Scripted", source: place, target: place, identity: ["applicationId": "1"])
      ]
      return fixture
    }
    let first = fixture()
    #expect(try await first.run().result == .rolledBack)
    #expect(place.facts["applicationId"] == "1")
    // Another place is another matter.
    place.facts = ["fileSystem": "a", "applicationId": "1"]
    publish.undoing = { _ throws(StepFailure) in .undone("of another place") }
    let remounted = ScriptedAction { _ throws(StepFailure) in
      place.facts["fileSystem"] = "b"
      throw StepFailure(.system, "scripted", isRetryable: false)
    }
    var second = ExecutorFixture([
      PlanFixtures.step("s0", publish), PlanFixtures.step("s1", remounted, onFailure: .rollback),
    ])
    second.databases = first.databases
    #expect(try await second.run().result == .failed)
  }

  @Test func whatWasRolledBackIsNotWhatTheNextRestoreComparesWith() throws {
    let graph = GraphFixture.graph([PlanFixtures.step("s0", step(), needs: [])])
    var started = MachineWorld.start
    started.steps = graph.outlines
    let id = PlanFixtures.step("s0")
    let identity = TargetIdentity(
      database: orders, target: "/t", facts: ["fileSystem": "a", "applicationId": "2"])
    let bodies: [RunEvent.Body] = [
      .runStarted(started), .stepStarted(StepStarted(step: id, attempt: 1)),
      .stepEvidence(StepEvidenceEvent(step: id, attempt: 1, evidence: .identity(identity))),
      .stepUndone(StepUndone(step: id, state: .undone, detail: "back")),
    ]
    let carried = try #require(CarriedRun(ResumeTests.events(bodies)))
    #expect(carried.identities[orders]?.facts == ["fileSystem": "a"])
  }

  @Test func aRunThatGoesOnComparesWithWhatItSaw() async throws {
    place.facts = ["fileSystem": "b"]
    let earlier = TargetIdentity(database: orders, target: "/t", facts: ["fileSystem": "a"])
    var fixture = fixture([step()])
    fixture.targetGuard = TargetGuard(seen: [orders: earlier])
    #expect(try await fixture.run().result == .failed)
    #expect(failure(fixture)?.code == "WrongTarget")
  }

  @Test func onlyFactsOfThePlaceMustBeThere() {
    func mismatch(_ expected: [String: String], _ found: [String: String]) -> String? {
      IdentityComparison.mismatch(expected: expected, found: found).map {
        "\($0.fact) \($0.expected) \($0.found ?? "-")"
      }
    }
    #expect(mismatch([:], ["kind": "File"]) == nil)
    #expect(mismatch(["kind": "File"], [:]) == nil)
    #expect(mismatch(["kind": "File"], ["kind": "Folder"]) == "kind File Folder")
    #expect(mismatch(["fileSystem": "a"], [:]) == "fileSystem a -")
    #expect(mismatch(["fileSystem": "a"], ["fileSystem": "b"]) == "fileSystem a b")
    #expect(mismatch(["kind": "File", "applicationId": "1"], ["applicationId": "2"]) == "applicationId 1 2")
  }

  @Test func factsReadAsAPlanHasThem() {
    #expect(
      IdentityComparison.planText(["marker": "a \"b\" \\", "kind": "File", "applicationId": "-7"])
        == "identity: {applicationId: -7, kind: File, marker: \"a \\\"b\\\" \\\\\"}")
    #expect(IdentityComparison.planText(["fileSystem": "007"]) == "identity: {fileSystem: \"007\"}")
  }
}

/// A place whose facts a test sets.
private final class ScriptedPlace: DatabaseEngine {
  static var declaration: KindDeclaration {
    KindDeclaration("Scripted", summary: "", notes: "", example: "", shape: Shape("a place", []))
  }

  private let state = Mutex<[String: String]>([:])

  init() {}
  init(_ place: Record) {}

  var facts: [String: String] {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
  var target: TargetName { .data(at: "/t") }
  var path: String? { "/t" }
  var restoration: any Restoration { preconditionFailure("nothing is restored here") }
  func capture(in scratch: String) async throws(StepFailure) -> CapturedData {
    throw StepFailure(.system, "nothing to capture")
  }
  func check() async throws(StepFailure) -> [String] { [] }
  func probe(forRestore: Bool, needing bytes: ByteCount?) async -> [ProbeFinding] { [] }
  func identity() async throws(StepFailure) -> [String: String] { facts }
}
