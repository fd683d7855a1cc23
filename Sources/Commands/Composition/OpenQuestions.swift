import BackendKit
import RunEvents
import Values

/// The questions of a run that wait for people, as its journal has them.
struct OpenQuestions {
  /// One question.
  struct Question {
    let step: StepID
    let request: ApprovalRequest
    let askedAt: Timestamp
    /// What its step put on record so far.
    var evidence: [StepEvidence]

    /// The answers to it that are on record.
    var answers: [ApprovalAnswer] {
      let last = evidence.lastIndex { if case .approvalRequested = $0 { true } else { false } }
      return evidence[(last ?? evidence.startIndex)...].compactMap {
        if case .approvalAnswered(let answer) = $0 { answer } else { nil }
      }
    }

    /// The count as the step has it.
    func tally(startedBy starter: String) -> ApprovalTally {
      ApprovalTally(request, startedBy: starter, earlier: evidence)
    }

    /// How long it may still be answered.
    func left(at now: Timestamp) -> Duration {
      max(.zero, .seconds(request.timeoutSeconds) - max(.zero, askedAt.distance(to: now)))
    }
  }

  /// In the order they were asked.
  private(set) var questions: [Question] = []
  /// Who started the run.
  private(set) var starter = ""
  /// The steps of the run.
  private(set) var steps: [StepID] = []
  /// Whether the run came to an end.
  private(set) var isOver = false
  private var evidence: [StepID: [StepEvidence]] = [:]

  init(_ events: [RunEvent]) {
    for event in events { apply(event) }
  }

  subscript(step: StepID) -> Question? { questions.first { $0.step == step } }

  private mutating func apply(_ event: RunEvent) {
    switch event.body {
    case .runStarted(let started):
      starter = started.user
      steps = started.steps.map(\.id)
    case .stepEvidence(let body):
      evidence[body.step, default: []].append(body.evidence)
      if case .approvalRequested(let request) = body.evidence {
        questions.removeAll { $0.step == body.step }
        questions.append(Question(step: body.step, request: request, askedAt: event.time, evidence: []))
      }
      if let position = questions.firstIndex(where: { $0.step == body.step }) {
        questions[position].evidence = evidence[body.step] ?? []
      }
    case .stepFinished(let body): questions.removeAll { $0.step == body.step }
    case .runFinished:
      isOver = true
      questions = []
    case .runResumed: isOver = false
    default: return
    }
  }
}
