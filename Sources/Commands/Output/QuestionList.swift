import BackendKit
import HostSystem
import Reporting
import RunEvents
import Values

/// What a run asks people, for people and for machines.
enum QuestionList {
  static func text(_ open: OpenQuestions, _ run: RunID, isGoingOn: Bool) -> String {
    guard !open.questions.isEmpty else { return "\(run): nothing waits for an answer" }
    var lines = ["\(run)\(isGoingOn ? "" : ": not going on; answers count when it is resumed")"]
    for question in open.questions {
      let request = question.request
      let left = question.left(at: HostClock().now).readable
      lines.append("  \(question.step)  \(PrintableText.line(request.prompt))")
      lines.append(
        "      waiting for \(PrintableText.line(request.asked)), \(missing(question, open)) missing"
          + (isGoingOn ? ", \(left) left" : ""))
      for answer in question.answers {
        let said = answer.comment.map { ": \(PrintableText.line($0))" } ?? ""
        let counts = answer.rejected.map { " (does not count: \(PrintableText.line($0)))" } ?? ""
        let verb = answer.approves ? "approves" : "denies"
        lines.append("      \(PrintableText.line(answer.user)) \(verb)\(said)\(counts)")
      }
      if let command = request.command { lines.append("      \(PrintableText.line(command))") }
    }
    return lines.joined(separator: "\n")
  }

  static func json(_ open: OpenQuestions, _ run: RunID, isGoingOn: Bool) -> JSONValue {
    let now = HostClock().now
    let questions = open.questions.map { question -> JSONValue in
      let request = question.request
      return [
        "step": .string(question.step.text), "prompt": .string(request.prompt),
        "from": .array(request.from.map { .string($0) }), "quorum": .integer(Int64(request.quorum)),
        "missing": .integer(Int64(missing(question, open))),
        "secondsLeft": isGoingOn ? .number(question.left(at: now).roundedSeconds) : .null,
        "answers": .array(question.answers.map(json)),
        "command": request.command.map { .string($0) } ?? .null,
      ]
    }
    return [
      "schemaVersion": 1, "run": .string(run.text), "goingOn": .bool(isGoingOn), "waiting": .array(questions),
    ]
  }

  private static func json(_ answer: ApprovalAnswer) -> JSONValue {
    [
      "user": .string(answer.user), "approves": .bool(answer.approves),
      "comment": answer.comment.map { .string($0) } ?? .null,
      "rejected": answer.rejected.map { .string($0) } ?? .null,
    ]
  }

  private static func missing(_ question: OpenQuestions.Question, _ open: OpenQuestions) -> Int {
    if case .waiting(let missing) = question.tally(startedBy: open.starter).standing { missing } else { 0 }
  }
}
