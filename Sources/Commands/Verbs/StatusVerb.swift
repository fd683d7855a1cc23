import CommandLineKit
import Execution
import HostSystem
import Journal
import Reporting
import RunEvents
import Values

/// `drplan status`: what runs left that asks for somebody: runs that wait or died, and old data that is kept.
enum StatusVerb: Verb {
  static let keptFor = Option(
    "kept-for", value: .required("DURATION"),
    "for how long a run may keep old data without being committed; 7d if left out")

  static let declaration = CommandDeclaration(
    "status", summary: "show runs that wait for somebody, and old data that is still kept",
    discussion: """
      Lists the runs that go on, wait for a person, failed or died in the middle, with the command that comes next; and what \
      runs that recovered still keep of the data they replaced, with its size and age. Data kept for longer than \
      `--kept-for` is called overdue: `drplan commit` lets go of it. Nothing is ever removed by itself.

      Exits with 1 when anything asks for somebody.
      """,
    examples: [.init("drplan status", "look"), .init("drplan status --format json", "for machines")],
    options: [keptFor, RunSetup.state, FormatOption.option(["text", "json"]), Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let history = try RunHistory(invocation)
    let limit = try limit(invocation)
    let now = HostClock().now
    var entries: [StatusEntry] = []
    let directories: [RunDirectory]
    do throws(JournalError) {
      directories = try await history.store.list()
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    for directory in directories.reversed() {
      let (contents, record) = try await history.read(directory)
      guard let record, let run = CarriedRun(contents.events) else { continue }
      let kept = run.started.mode == .drill ? nil : try await KeptByRun.look(run, directory.run)
      if let entry = StatusEntry(record, run, kept, now: now, limit: limit) { entries.append(entry) }
    }
    console.print(console.isJSON ? json(entries) : text(entries))
    return entries.contains(where: \.isRed) ? .failed : .done
  }

  private static func limit(_ invocation: Invocation) throws(CommandFailure) -> Duration {
    guard let text = invocation.value(keptFor) else { return .seconds(7 * 24 * 3600) }
    guard let limit = Duration(planText: text) else {
      throw CommandFailure(.refused, "`--kept-for \(text)` is not a duration", remedy: "write `7d` or `12h`")
    }
    return limit
  }

  private static func text(_ entries: [StatusEntry]) -> String {
    guard !entries.isEmpty else { return "nothing waits for anybody\n" }
    return entries.map { entry in
      var lines = ["\(entry.isRed ? "!" : "-") \(entry.run)  \(entry.plan)  \(entry.what)"]
      if let kept = entry.kept, !kept.paths.isEmpty {
        let age = entry.age.readable
        lines.append("    keeps \(kept.bytes) of old data for \(age)\(entry.isOverdue ? ", overdue" : "")")
        lines += kept.paths.map { "      \(PrintableText.line($0))" }
      }
      lines += entry.next.map { "    \($0.command)\n        \($0.purpose)" }
      return lines.map { $0 + "\n" }.joined()
    }.joined(separator: "\n")
  }

  private static func json(_ entries: [StatusEntry]) -> String {
    let runs = entries.map { entry -> JSONValue in
      [
        "run": .string(entry.run.text), "plan": .string(entry.plan.text), "state": .string(entry.what),
        "needsAttention": .bool(entry.isRed), "ageSeconds": .integer(Int64(entry.age.roundedSeconds)),
        "kept": .array((entry.kept?.paths ?? []).map { .string($0) }),
        "keptBytes": .integer(entry.kept?.bytes.bytes ?? 0), "overdue": .bool(entry.isOverdue),
        "next": .array(entry.next.map { .string($0.command) }),
      ]
    }
    let value: JSONValue = ["schemaVersion": 1, "runs": .array(runs)]
    return value.text(pretty: true)
  }
}

/// One run that somebody should know of.
struct StatusEntry: Sendable {
  let run: RunID
  let plan: PlanName
  /// Where it stands, in a few words.
  let what: String
  /// Whether it asks for somebody.
  let isRed: Bool
  let kept: KeptByRun?
  /// Since it ended, or began when it did not.
  let age: Duration
  let isOverdue: Bool
  let next: [NextCommand]

  /// Nil for a run that nobody needs to think of any more.
  init?(_ record: RunRecord, _ carried: CarriedRun, _ kept: KeptByRun?, now: Timestamp, limit: Duration) {
    run = record.run
    plan = record.plan
    self.kept = kept
    age = max(.zero, (record.finishedAt ?? record.startedAt).distance(to: now))
    let keeps = kept.map { !$0.paths.isEmpty } ?? false
    isOverdue = keeps && age > limit
    let left = record.leftovers.map { !$0.isEmpty } ?? false
    switch record.result {
    case .running:
      what = "goes on"
      isRed = false
    case .ended(.waiting):
      what = "waits for a person"
      isRed = true
    case .ended(.interrupted):
      what = carried.finished == nil ? "died in the middle" : "was interrupted"
      isRed = record.mode == .recovery || left
    case .ended(.failed):
      what = record.rollback == nil ? "failed" : "failed, and was not undone as a whole"
      isRed = record.mode == .recovery || left
    case .ended(.recovered), .ended(.recoveredWithExceptions):
      what = left ? "left something behind" : "recovered"
      isRed = isOverdue || left
    case .ended(.rolledBack):
      what = "was rolled back"
      isRed = isOverdue
    case .ended(.refused): return nil
    }
    guard isRed || keeps || record.result == .running else { return nil }
    next = record.nextCommands
  }
}
