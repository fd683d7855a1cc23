import BackendKit
import Declarations
import HostSystem
import RunEvents
import Values

/// Asks people, and waits until enough of them agree.
struct Approve: StepAction {
  private static let prompt = Key<Template>.required("prompt", .template, "what is asked")
  private static let from = Key<[String]>.optional(
    "from", ValueType<String>.text.list(atLeast: 1), default: [],
    shownAs: "whoever may write to the run's directory",
    "operating system users and groups whose answer counts")
  private static let quorum = Key<Int>.optional(
    "quorum", .integer(1...1000), default: 1, shownAs: "1", "how many of them must agree")

  static let declaration = KindDeclaration(
    "Approve", summary: "Asks people, and waits until enough of them agree.",
    notes: """
      People answer with `drplan approve RUN STEP` from another terminal, or say no with `--deny`. Who answered is what
      the kernel says: the owner of the answer's file; under sudo also who called it. Whoever started the run never
      counts, nor does root without a name when root started it. Each person counts once; one no ends the question, and
      no answer within the step's `timeout` is a no. Every answer is on record, also those that do not count, with the
      reason. The step takes none of the places of `--parallel`, and its time is a share of its own in the report. After
      a crash what was answered still counts, and the timeout begins anew; a run that came to an end and is resumed asks
      anew.
      """,
    example: """
      steps:
        - id: approve-cutover
          action: Approve
          needs: []
          timeout: 10m
          with: {prompt: "Point orders traffic at the DR site?", from: [orders-leads], quorum: 1}
      """,
    shape: Shape(
      "the inputs of Approve", [prompt.erased, from.erased, quorum.erased],
      synonyms: [
        "message": "prompt", "question": "prompt", "approvers": "from", "users": "from", "groups": "from",
        "required": "quorum", "count": "quorum",
      ]))

  private let prompt: Template
  private let from: [String]
  private let quorum: Int

  init(_ inputs: Record) {
    prompt = inputs[Self.prompt]
    var seen: Set<String> = []
    from = inputs[Self.from].filter { seen.insert($0).inserted }
    quorum = inputs[Self.quorum]
  }

  var effects: ActionEffects { ActionEffects(phase: .waiting, outputs: ["approvers"]) }

  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    let answers = context.environment.answers
    let request = ApprovalRequest(
      prompt: try context.text(prompt), from: from, quorum: quorum,
      timeoutSeconds: context.timeLimit.roundedSeconds, command: try await answers.invite(context.step),
      round: context.run.round)
    var tally = ApprovalTally(request, startedBy: context.run.user, earlier: context.earlier)
    if let end = try end(tally) { return end }
    try await context.record(.approvalRequested(request))
    context.progress(StepProgress("waiting for \(request.asked): \(request.command ?? "")"))
    while true {
      for answer in try await answers.answers(to: context.step) {
        guard let taken = tally.take(answer) else { continue }
        try await context.record(.approvalAnswered(taken))
        if let end = try end(tally) { return end }
      }
      do throws(CancellationError) {
        try await HostClock().sleep(for: .milliseconds(250))
      } catch {
        throw unanswered(request, tally)
      }
    }
  }

  /// How the question ended; nil while it is open.
  private func end(_ tally: ApprovalTally) throws(StepFailure) -> StepResult? {
    switch tally.standing {
    case .waiting: return nil
    case .approved(let people): return Self.result(people)
    case .denied(let person, let comment):
      throw StepFailure(
        .denied, "\(person) said no" + (comment.map { ": \($0)" } ?? ""),
        remedy: "settle it with \(person), then resume the run: it asks anew", isRetryable: false)
    }
  }

  private static func result(_ people: [String]) -> StepResult {
    StepResult(outputs: ["approvers": people.joined(separator: ", ")])
  }

  private func unanswered(_ request: ApprovalRequest, _ tally: ApprovalTally) -> StepFailure {
    let agreed =
      tally.agreed.isEmpty ? "nobody agreed" : "only \(tally.agreed.joined(separator: ", ")) agreed"
    return StepFailure(
      .notApproved, "asked \(request.asked): \(agreed)",
      remedy: "reach them first, or give them longer with the step's `timeout`", isRetryable: false)
  }

  /// The question is settled by what is on record, or still open.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    let request = ApprovalRequest(
      prompt: "", from: from, quorum: quorum, timeoutSeconds: 0, round: context.run.round)
    let tally = ApprovalTally(request, startedBy: context.run.user, earlier: context.earlier)
    switch tally.standing {
    case .approved(let people):
      return .done(Self.result(people), "approved by \(people.joined(separator: ", ")), as the record says")
    case .denied(let person, _): return .notDone("\(person) said no, as the record says")
    case .waiting(let missing): return .notDone("the question is open: \(missing) more must agree")
    }
  }

  /// A question changes nothing.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome { .nothingToUndo }

  func probe(_ context: StepContext) async -> [ProbeFinding] {
    let asked = ApprovalRequest(prompt: "", from: from, quorum: quorum, timeoutSeconds: 0).asked
    let unknown = await context.environment.answers.unknown(from)
    guard unknown.isEmpty else {
      return [
        ProbeFinding(
          "approval", unknown.count == from.count ? .blocked : .wouldRun,
          "\(unknown.joined(separator: ", ")): no user or group of this host has that name; asks \(asked)")
      ]
    }
    return [ProbeFinding("approval", .wouldRun, "asks \(asked)")]
  }
}

extension StepFailure.Code {
  /// Not enough people agreed.
  static let notApproved = StepFailure.Code(rawValue: "NotApproved")
  /// Somebody who may decide said no.
  static let denied = StepFailure.Code(rawValue: "Denied")
}
