import BackendKit
import Declarations
import RunEvents
import Synchronization
import Testing
import Values

@testable import Backends

/// The step that asks people.
@Suite struct ApproveTests {
  /// Answers that a test gives while the step waits.
  final class Answers: AnswerSource {
    private let given = Mutex<[GivenAnswer]>([])
    private let looks = Mutex(0)
    private let known: Set<String>

    init(_ answers: [GivenAnswer] = [], known: Set<String> = []) {
      given.withLock { $0 = answers }
      self.known = known
    }

    var lookCount: Int { looks.withLock { $0 } }

    func give(_ answer: GivenAnswer) { given.withLock { $0.append(answer) } }

    func invite(_ step: StepID) async throws(StepFailure) -> String { "drplan approve RUN \(step)" }
    func answers(to step: StepID) async throws(StepFailure) -> [GivenAnswer] {
      looks.withLock { $0 += 1 }
      return given.withLock { $0 }
    }
    func unknown(_ names: [String]) async -> [String] { names.filter { !known.contains($0) } }
  }

  private static func answer(
    _ id: String, _ person: String, _ approves: Bool = true, _ comment: String? = nil
  )
    -> GivenAnswer
  {
    GivenAnswer(id: id, person: Person(shown: person), approves: approves, comment: comment)
  }

  private func action(_ keys: JSONValue = ["prompt": "Go?"]) throws -> Approve {
    Approve(try OpsKeys.record(Approve.declaration, keys))
  }

  private func context(
    _ answers: Answers, _ step: OpsStep, earlier: [StepEvidence] = [], round: Int = 0
  ) throws -> StepContext {
    try step.approvalContext(answers, earlier: earlier, round: round)
  }

  @Test func theQuestionIsOnRecordBeforeAnyAnswerAndTheApproversAreItsOutput() async throws {
    let step = OpsStep()
    let answers = Answers([Self.answer("1", "anna", true, "go")])
    let result = try await action(["prompt": "Switch ${run.mode}?", "from": ["anna"]]).run(
      context(answers, step))
    #expect(result.outputs == ["approvers": "anna"])
    guard case .approvalRequested(let request)? = step.recorded.first else {
      Issue.record("no question on record")
      return
    }
    #expect(request.prompt == "Switch recovery?" && request.from == ["anna"] && request.quorum == 1)
    #expect(request.command == "drplan approve RUN the-step" && request.timeoutSeconds == 60)
    #expect(
      step.recorded.dropFirst() == [
        .approvalAnswered(ApprovalAnswer(user: "anna", approves: true, comment: "go", id: "1"))
      ])
  }

  @Test func itWaitsForTheQuorum() async throws {
    let step = OpsStep()
    let answers = Answers([Self.answer("1", "anna")])
    let context = try context(answers, step)
    let approve = try action(["prompt": "Go?", "quorum": 2])
    async let result = approve.run(context)
    while answers.lookCount < 2 { await Task.yield() }
    answers.give(Self.answer("2", "ben"))
    #expect(try await result.outputs == ["approvers": "anna, ben"])
  }

  @Test func answersThatDoNotCountAreOnRecordWithTheReason() async throws {
    let step = OpsStep()
    let answers = Answers([
      Self.answer("1", "olga"), Self.answer("2", "eve", false), Self.answer("3", "anna"),
    ])
    _ = try await action(["prompt": "Go?", "from": ["anna"]]).run(context(answers, step))
    let reasons = step.recorded.compactMap {
      if case .approvalAnswered(let answer) = $0 { answer.rejected ?? "counts" } else { nil }
    }
    #expect(reasons == ["olga started the run", "eve is none of anna", "counts"])
  }

  @Test func aNoFailsTheStepForGoodAndShowsTheComment() async throws {
    let answers = Answers([Self.answer("1", "anna", false, "not yet")])
    let error = await #expect(throws: StepFailure.self) {
      try await action().run(context(answers, OpsStep()))
    }
    #expect(error?.code == .denied && error?.isRetryable == false)
    #expect(error?.message == "anna said no: not yet")
  }

  @Test func noAnswerIsANoThatSaysWhoWasAskedAndWhoAgreed() async throws {
    let answers = Answers([Self.answer("1", "anna")])
    let context = try context(answers, OpsStep())
    let approve = try action(["prompt": "Go?", "from": ["anna", "ben"], "quorum": 2])
    let task = Task { () async -> StepFailure? in
      do throws(StepFailure) {
        _ = try await approve.run(context)
        return nil
      } catch {
        return error
      }
    }
    while answers.lookCount < 2 { await Task.yield() }
    task.cancel()
    let error = await task.value
    #expect(error?.code == .notApproved && error?.isRetryable == false)
    #expect(error?.message == "asked 2 of anna, ben: only anna agreed")
  }

  @Test func whatWasAnsweredBeforeACrashCountsAndIsNotRecordedTwice() async throws {
    let step = OpsStep()
    let answers = Answers([Self.answer("1", "anna"), Self.answer("2", "ben")])
    let earlier: [StepEvidence] = [
      .approvalRequested(ApprovalRequest(prompt: "Go?", from: [], quorum: 2, timeoutSeconds: 60, round: 0)),
      .approvalAnswered(ApprovalAnswer(user: "anna", approves: true, id: "1")),
    ]
    let approve = try action(["prompt": "Go?", "quorum": 2])
    let result = try await approve.run(context(answers, step, earlier: earlier))
    #expect(result.outputs == ["approvers": "anna, ben"])
    #expect(step.recorded.count == 2)
  }

  @Test func anApprovedQuestionIsDoneWhenLookedAtAfterACrash() async throws {
    let earlier: [StepEvidence] = [
      .approvalRequested(ApprovalRequest(prompt: "Go?", from: [], quorum: 1, timeoutSeconds: 60, round: 0)),
      .approvalAnswered(ApprovalAnswer(user: "anna", approves: true, id: "1")),
    ]
    let context = try context(Answers(), OpsStep(), earlier: earlier)
    #expect(
      try await action().reconcile(context)
        == .done(StepResult(outputs: ["approvers": "anna"]), "approved by anna, as the record says"))
    guard case .notDone = try await action().reconcile(self.context(Answers(), OpsStep())) else {
      Issue.record("an open question is not done")
      return
    }
  }

  @Test func anApprovedQuestionIsNotAskedAgainAfterACrash() async throws {
    let earlier: [StepEvidence] = [
      .approvalRequested(ApprovalRequest(prompt: "Go?", from: [], quorum: 1, timeoutSeconds: 60, round: 0)),
      .approvalAnswered(ApprovalAnswer(user: "anna", approves: true, id: "1")),
    ]
    let step = OpsStep()
    _ = try await action().run(context(Answers(), step, earlier: earlier))
    #expect(step.recorded.isEmpty)
  }

  @Test(arguments: [
    ([], ProbeFinding.State.wouldRun), (["anna"], .wouldRun), (["anna", "nobody-there"], .wouldRun),
    (["nobody-there"], .blocked),
  ])
  func aLookSaysWhetherAnybodyIsThereToAsk(_ from: [String], _ state: ProbeFinding.State) async throws {
    let context = try context(Answers(known: ["anna"]), OpsStep())
    let keys: JSONValue =
      from.isEmpty ? ["prompt": "x"] : ["prompt": "x", "from": .array(from.map { .string($0) })]
    let findings = await (try action(keys)).probe(context)
    #expect(findings.map(\.state) == [state])
    #expect(findings.first?.detail.contains("no user or group") == from.contains("nobody-there"))
  }

  @Test func itOnlyWaits() throws {
    let effects = try action().effects
    #expect(effects.phase == .waiting && effects.outputs == ["approvers"])
    #expect(effects.restores.isEmpty && effects.services.isEmpty)
  }

  @Test(
    arguments: [
      [:], ["prompt": "x", "quorum": 0], ["prompt": "x", "from": []], ["prompt": "x", "selfApproval": true],
    ] as [JSONValue])
  func otherKeysAreRefused(_ keys: JSONValue) {
    #expect(!OpsKeys.findings(Approve.declaration, keys).isEmpty)
  }
}

extension OpsStep {
  /// A context of a run that olga started.
  fileprivate func approvalContext(
    _ answers: any AnswerSource, earlier: [StepEvidence], round: Int
  ) throws -> StepContext {
    let base = try context(ScratchFolder())
    let run = RunFacts(
      id: base.run.id, plan: base.run.plan, mode: base.run.mode, disruptedAt: base.run.disruptedAt,
      rpo: base.run.rpo, rto: base.run.rto, user: "olga", round: round)
    let environment = RunEnvironment(
      databases: [:], services: [:], channels: [:], snapshots: base.environment.snapshots,
      secrets: base.environment.secrets, planDirectory: "/", logDirectory: "/", answers: answers)
    return StepContext(
      run: run, step: base.step, attempt: 1, timeLimit: .seconds(60), environment: environment, restored: [:],
      earlier: earlier, fill: { $0.description == "${run.mode}" ? "recovery" : nil },
      record: { evidence throws(StepFailure) in try await base.record(evidence) }, progress: { _ in },
      report: { "" })
  }
}
