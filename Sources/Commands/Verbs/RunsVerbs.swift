import CommandLineKit
import Journal
import Reporting
import Values

/// `drplan runs list`: every run that is kept.
enum RunsListVerb: Verb {
  static let declaration = CommandDeclaration(
    "list", summary: "list runs, oldest first",
    options: [RunSetup.state, FormatOption.textOrJSON, Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let history = try RunHistory(invocation)
    var rows: [RunListRow] = []
    do throws(JournalError) {
      for directory in try await history.store.list() {
        rows.append(await row(directory, history))
      }
    } catch {
      throw CommandFailure(.failed, error.description)
    }
    if console.isJSON {
      console.print(JSONReport.text(rows))
    } else if rows.isEmpty {
      console.print("no runs in \(history.store.stateDirectory)")
    } else {
      console.print(
        RunListText.text(rows, style: ReportStyle(width: console.width, color: console.colorsOutput)))
    }
    return .done
  }

  /// A run whose journal cannot be read is listed as such: leaving it out would hide it.
  private static func row(_ directory: RunDirectory, _ history: RunHistory) async -> RunListRow {
    do throws(CommandFailure) {
      let (contents, record) = try await history.read(directory)
      return record.map { RunListRow($0) }
        ?? RunListRow(
          unreadable: directory.run, problem: contents.problem?.description ?? "the journal is empty")
    } catch {
      return RunListRow(unreadable: directory.run, problem: error.message)
    }
  }
}

/// `drplan runs show`: the record of one run.
enum RunsShowVerb: Verb {
  static let declaration = CommandDeclaration(
    "show", summary: "show the record of one run", arguments: [RunHistory.argument],
    options: [RunSetup.state, FormatOption.textOrJSON, Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let record = try await RunHistory(invocation).record(invocation.arguments[0])
    let style = ReportStyle(width: console.width, color: console.colorsOutput)
    console.print(console.isJSON ? JSONReport.text(record) : TextReport.text(record, style: style))
    return .done
  }
}

/// `drplan runs report`: the report of one run, rebuilt from its journal.
enum RunsReportVerb: Verb {
  static let format = FormatOption.option(["text", "json", "markdown"])

  static let declaration = CommandDeclaration(
    "report", summary: "print the report of one run, rebuilt from its journal",
    arguments: [RunHistory.argument],
    options: [RunSetup.state, format, Console.color])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let record = try await RunHistory(invocation).record(invocation.arguments[0])
    switch invocation.value(format) ?? "text" {
    case "json": console.print(JSONReport.text(record))
    case "markdown": console.print(MarkdownReport.text(record))
    default:
      console.print(
        TextReport.text(record, style: ReportStyle(width: console.width, color: console.colorsOutput)))
    }
    return .done
  }
}

/// `drplan runs verify`: proves that a journal is as it was written.
enum RunsVerifyVerb: Verb {
  static let declaration = CommandDeclaration(
    "verify", summary: "prove that a run's journal is as it was written",
    discussion:
      "Checks the chain of digests, the numbers and the clock; names the first line that does not fit.",
    arguments: [RunHistory.argument], options: [RunSetup.state, FormatOption.textOrJSON])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let history = try RunHistory(invocation)
    let directory = try await history.find(invocation.arguments[0])
    let (contents, _) = try await history.read(directory)
    let isTorn = contents.problem.map { $0.kind == .torn } ?? false
    if console.isJSON {
      let value: JSONValue = [
        "schemaVersion": 1, "run": .string(directory.run.text), "intact": .bool(contents.problem == nil),
        "torn": .bool(isTorn),
        "events": .integer(Int64(contents.events.count)),
        "problem": contents.problem.map { .string($0.description) } ?? .null,
      ]
      console.print(value.text(pretty: true))
    } else if let problem = contents.problem {
      let what = isTorn ? "ends in the middle of a line, as a crash leaves it" : "is NOT as it was written"
      console.print(
        "\(directory.run): the journal \(what): \(problem); \(contents.events.count) events before it fit")
    } else {
      console.print("\(directory.run): intact, \(contents.events.count) events")
    }
    return contents.problem == nil ? .done : .failed
  }
}
