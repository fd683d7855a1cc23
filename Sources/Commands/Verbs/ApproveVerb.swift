import BackendKit
import CommandLineKit
import HostSystem
import Journal
import RunEvents
import Values

/// `drplan approve`: answers a question of a run, or lists what waits.
enum ApproveVerb: Verb {
  static let deny = Option("deny", "say no: the step fails")
  static let comment = Option("comment", value: .required("TEXT"), "what to say with it; goes on record")

  static let declaration = CommandDeclaration(
    "approve", summary: "answer a step that asks people, from another terminal",
    discussion: """
      Without STEP it lists what waits. An answer counts for the operating system user who gives it, under sudo for who \
      called sudo; whoever started the run cannot answer. What cannot count is refused here with the reason, and the run \
      checks everything again. Exit codes: 0 the answer is on record (or kept for a run that died and is resumed), 1 the \
      run did not count it, 2 nothing waits, or the answer could not count: nothing was written.
      """,
    examples: [
      .init("drplan approve latest", "what waits"),
      .init(
        "sudo drplan approve latest approve-cutover --comment 'DR site is up'", "agree, for a run of root"),
      .init("drplan approve latest approve-cutover --deny --comment 'not yet'", "say no"),
    ],
    arguments: [
      RunHistory.argument,
      Argument("STEP", "the step that waits; lists what waits if left out", count: .optional),
    ],
    options: [deny, comment, RunSetup.state, FormatOption.textOrJSON, Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let history = try RunHistory(invocation)
    let directory = try await history.find(invocation.arguments[0])
    let (contents, _) = try await history.read(directory)
    let open = OpenQuestions(contents.events)
    let isGoingOn = try await isGoingOn(directory)
    guard invocation.arguments.count > 1 else {
      guard !invocation.has(deny), invocation.value(comment) == nil else {
        throw CommandFailure(.refused, "which step is answered? \(waiting(open, directory))")
      }
      console.print(
        console.isJSON
          ? QuestionList.json(open, directory.run, isGoingOn: isGoingOn).text(pretty: true)
          : QuestionList.text(open, directory.run, isGoingOn: isGoingOn))
      return .done
    }
    let question = try question(invocation.arguments[1], open, directory)
    return try await answer(question, open, directory, isGoingOn: isGoingOn, invocation, console)
  }

  private static func isGoingOn(_ directory: RunDirectory) async throws(CommandFailure) -> Bool {
    do throws(JournalError) {
      return try await JournalReader.isBeingWritten(directory.journal)
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }

  private static func question(
    _ word: String, _ open: OpenQuestions, _ directory: RunDirectory
  ) throws(CommandFailure) -> OpenQuestions.Question {
    if let step = StepID(word), let question = open[step] { return question }
    if open.steps.contains(where: { $0.text == word }) {
      throw CommandFailure(
        .refused, "step `\(word)` of \(directory.run) does not wait for an answer",
        remedy: waiting(open, directory))
    }
    let nearest = NearestName.of(word, among: open.steps.map(\.text))
    throw CommandFailure(
      .refused, "run \(directory.run) has no step `\(word)`",
      remedy: (nearest.map { "did you mean `\($0)`? " } ?? "") + waiting(open, directory))
  }

  private static func waiting(_ open: OpenQuestions, _ directory: RunDirectory) -> String {
    if open.isOver { return "the run is over: see `drplan runs report \(directory.run)`" }
    guard !open.questions.isEmpty else { return "no step waits for an answer" }
    return "waiting: " + open.questions.map { "`\($0.step)`" }.joined(separator: ", ")
  }

  private static func answer(
    _ question: OpenQuestions.Question, _ open: OpenQuestions, _ directory: RunDirectory, isGoingOn: Bool,
    _ invocation: Invocation, _ console: Console
  ) async throws(CommandFailure) -> ExitCode {
    let approves = !invocation.has(deny)
    let caller = RunAnswers.caller
    let groups = await runBlocking { HostUsers.groups(of: caller.login) }
    let mine = GivenAnswer(id: "", person: caller, groups: groups, approves: approves)
    if let objection = question.tally(startedBy: open.starter).objection(to: mine) {
      throw CommandFailure(
        .refused, "your answer to `\(question.step)` cannot count: \(PrintableText.line(objection))",
        remedy: "asked is \(PrintableText.line(question.request.asked))")
    }
    let box = AnswerBox(directory, step: question.step)
    let id: String
    do throws(JournalError) {
      id = try await box.put(
        approves: approves, comment: invocation.value(comment), sudoUser: HostFacts.sudoUser)
    } catch {
      throw CommandFailure(
        .failed, "the answer cannot be given: \(error)",
        remedy: "answer as a user who may write to the run's directory, such as by `sudo`")
    }
    guard isGoingOn else {
      return say(
        "kept: the run is not going on; it counts your answer when it is resumed", question, mine, nil,
        console)
    }
    guard let found = try await recorded(id, question.step, directory) else {
      return say(
        "given, and not on record yet: `drplan approve \(directory.run)` shows when it is", question, mine,
        nil,
        console)
    }
    if let rejected = found.answer.rejected {
      throw CommandFailure(
        .failed, "the run does not count your answer: \(PrintableText.line(rejected))",
        remedy: "see `drplan approve \(directory.run)`")
    }
    return say(found.standing, question, mine, found.answer, console)
  }

  /// Waits until the run has the answer on record; nil when it takes long.
  private static func recorded(
    _ id: String, _ step: StepID, _ directory: RunDirectory
  ) async throws(CommandFailure) -> (answer: ApprovalAnswer, standing: String)? {
    let clock = HostClock()
    let end = clock.uptime + .seconds(15)
    repeat {
      let events: [RunEvent]
      do throws(JournalError) {
        events = try await JournalReader.read(directory.journal).events
      } catch {
        throw CommandFailure(.failed, error.description)
      }
      if let found = find(id, step, events) { return found }
      guard isOpen(step, events) else {
        throw CommandFailure(
          .failed, "your answer came too late: the question was settled before",
          remedy: "see `drplan runs report \(directory.run)`")
      }
      // A cancelled wait looks again at once: it ends with its limit.
      try? await clock.sleep(for: .milliseconds(100))
    } while clock.uptime < end
    return nil
  }

  /// Whether an answer can still be taken.
  private static func isOpen(_ step: StepID, _ events: [RunEvent]) -> Bool {
    let open = OpenQuestions(events)
    guard let question = open[step], case .waiting = question.tally(startedBy: open.starter).standing else {
      return false
    }
    return true
  }

  private static func find(
    _ id: String, _ step: StepID, _ events: [RunEvent]
  ) -> (answer: ApprovalAnswer, standing: String)? {
    for (position, event) in events.enumerated() {
      guard case .stepEvidence(let body) = event.body, body.step == step,
        case .approvalAnswered(let answer) = body.evidence, answer.id == id
      else { continue }
      let then = OpenQuestions(Array(events[...position]))
      guard let question = then[step] else { return (answer, "on record") }
      switch question.tally(startedBy: then.starter).standing {
      case .waiting(let missing): return (answer, "on record; \(missing) more must agree")
      case .approved: return (answer, "on record; the step is approved")
      case .denied: return (answer, "on record; the step is denied and fails")
      }
    }
    return nil
  }

  private static func say(
    _ text: String, _ question: OpenQuestions.Question, _ mine: GivenAnswer, _ record: ApprovalAnswer?,
    _ console: Console
  ) -> ExitCode {
    if console.isJSON {
      let value: JSONValue = [
        "schemaVersion": 1, "step": .string(question.step.text), "user": .string(mine.person.shown),
        "approves": .bool(mine.approves), "onRecord": .bool(record != nil), "detail": .string(text),
      ]
      console.print(value.text(pretty: true))
    } else {
      let verb = mine.approves ? "approves" : "denies"
      console.print("\(PrintableText.line(mine.person.shown)) \(verb) `\(question.step)`: \(text)")
    }
    return .done
  }
}
