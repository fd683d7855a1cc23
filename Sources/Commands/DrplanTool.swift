import CommandLineKit
import HostSystem
import Values

/// The tool: reads its command line, carries the command out, and says how it ended.
public enum DrplanTool {
  /// The version of this drplan.
  public static let version = "0.1.0"

  /// Carries out one command line, without the program's own name; the result is the exit code.
  public static func run(_ arguments: [String]) async -> Int32 {
    // `drplan run ... | head` must not end a recovery: what cannot be shown is dropped instead.
    SignalStream.ignoreBrokenPipes()
    return await carryOut(arguments).rawValue
  }

  private static func carryOut(_ arguments: [String]) async -> ExitCode {
    let parser = CommandParser(VerbList.declaration)
    let request: CommandParser.Request
    do throws(UsageError) {
      request = try parser.parse(arguments)
    } catch {
      return report(error, isJSON: FormatOption.wantsJSON(arguments))
    }
    switch request {
    case .version:
      TextSink.standardOutput.write("drplan \(version)\n")
      return .done
    case .help(let path):
      let width = TerminalFacts.size(1)?.columns ?? 100
      TextSink.standardOutput.write(HelpText.text(for: path, width: min(width, 110)))
      return .done
    case .invoke(let invocation): return await invoke(invocation)
    }
  }

  private static func invoke(_ invocation: Invocation) async -> ExitCode {
    let console = Console(invocation)
    guard let verb = VerbList.verb(at: invocation.path) else { return .defect }
    do throws(DescriptorShortage) {
      if verb.waits { try await ProcessStart.prepare() }
    } catch {
      console.report(
        CommandFailure(
          .failed, "\(error); nothing was done", remedy: "raise the limit: `ulimit -n 1024`, then try again"))
      return .failed
    }
    do throws(CommandFailure) {
      guard verb.isInterruptible else { return try await verb.run(invocation, console) }
      return try await Interruptible.run(console) { () async throws(CommandFailure) in
        try await verb.run(invocation, console)
      }
    } catch {
      console.report(error)
      return error.exitCode
    }
  }

  private static func report(_ error: UsageError, isJSON: Bool) -> ExitCode {
    let hint = [error.hint, "see `\(error.command) --help`"].compactMap { $0 }.joined(separator: "; ")
    let failure = CommandFailure(.refused, error.message, remedy: hint)
    if isJSON {
      TextSink.standardOutput.write(failure.json + "\n")
    } else {
      TextSink.standardError.write(failure.text)
    }
    return .refused
  }
}
