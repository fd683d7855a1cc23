import BackendKit
import Declarations
import HostSystem
import RunEvents
import Synchronization
import Values

/// Runs a program of the plan's author.
struct RunCommand: StepAction {
  /// What may be done when a crash leaves nobody to say whether the command did its work.
  enum Rerun: String, CaseIterable, Sendable {
    case safe = "Safe"
    case ask = "Ask"
  }

  private static let command = Key<[Template]>.required(
    "command", .arguments, "the program with its arguments; no shell")
  private static let workingDirectory = Key<String?>.optional(
    "workingDirectory", .path, "where it starts (default: the plan's folder)")
  private static let environment = Key<[NamedValue<Template>]>.optional(
    "environment", .variables, default: [], shownAs: "none", "variables it gets beside drplan's own")
  private static let secretEnvironment = Key<[NamedValue<SecretReference>]>.optional(
    "secretEnvironment", .secretVariables, default: [], shownAs: "none",
    "variables with secrets as their values; those are masked in all that it prints")
  private static let successCodes = Key<[Int]>.optional(
    "successCodes", ValueType<Int>.integer(0...255).list(atLeast: 1), default: [0], shownAs: "[0]",
    "the exit statuses that mean success")
  private static let undo = Key<[Template]?>.optional(
    "undo", .arguments, "the program that takes back what `command` did and exits with 0 when it has")
  private static let rerun = Key<Rerun>.optional(
    "rerun", .choice("an answer"), default: .ask, shownAs: "Ask",
    "whether a command that was under way in a crash is run again: `Safe` when running it twice is as good as once"
  )

  static let declaration = KindDeclaration(
    "RunCommand", summary: "Runs a program and waits for its end.",
    notes: """
      The program is an argument list, never a shell line, and runs in a session of its own: when the step's time is
      over or the run is interrupted, all that it started is asked to end and then killed. What it prints goes line by
      line to `<step>.<attempt>.log` in the run's folder of logs, and its last lines into a failure; the values of
      `secretEnvironment` are shown as `***` there. It also gets `DRPLAN_RUN`, `DRPLAN_PLAN`, `DRPLAN_MODE`,
      `DRPLAN_STEP` and `DRPLAN_ATTEMPT`. It must be safe to run again after a failure, or the step must not be
      retried. A drill leaves the step out unless its `modes` name `drill`. Output `stdout` is the beginning of its standard output, up to 4 KiB; output `exitCode` its status.

      How it ended is on record. If drplan is killed while it runs, nobody can tell how far it came:
      with `rerun: Safe` it is run again, else the resumed run asks you. `drplan rollback` runs `undo`, with the same
      environment and folder, and its output goes to `<step>.undo.log`; it may be asked to take back what was done only
      half, or nothing, and must then end with 0 all the same. Without `undo` a command stays done.
      """,
    example: """
      steps:
        - id: switch-dns
          action: RunCommand
          with:
            command: [bin/switch-dns, --to, dr]
            environment: {REGION: eu-central-1}
            undo: [bin/switch-dns, --to, primary]
            rerun: Safe
      """,
    shape: Shape(
      "the inputs of RunCommand",
      [
        command.erased, workingDirectory.erased, environment.erased, secretEnvironment.erased,
        successCodes.erased, undo.erased, rerun.erased,
      ],
      synonyms: [
        "cwd": "workingDirectory", "env": "environment", "args": "command", "exitCodes": "successCodes",
      ]))

  let command: [Template]
  private let workingDirectory: String?
  private let environment: [NamedValue<Template>]
  private let secretEnvironment: [NamedValue<SecretReference>]
  let successCodes: [Int]
  let undoing: [Template]?
  let rerun: Rerun

  init(_ inputs: Record) {
    command = inputs[Self.command]
    workingDirectory = inputs[Self.workingDirectory]
    environment = inputs[Self.environment]
    secretEnvironment = inputs[Self.secretEnvironment]
    successCodes = inputs[Self.successCodes]
    undoing = inputs[Self.undo]
    rerun = inputs[Self.rerun]
  }

  var effects: ActionEffects {
    ActionEffects(phase: .other, outputs: ["exitCode", "stdout"], isOpaque: true)
  }

  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    let arguments = try arguments(command, context)
    let name = arguments.first ?? ""
    let path = "\(context.environment.logDirectory)/\(context.step).\(context.attempt).log"
    let (what, output, mask) = try await prepared(arguments, context)
    context.progress(StepProgress("running `\(name)`"))
    let log = try await CommandLog.open(path)
    let result = try await Self.run(what, output, mask, log)
    guard case .exited(let code) = result.status, successCodes.contains(Int(code)) else {
      // A crash before the step's end is on record must not leave in doubt how the command ended.
      if case .exited(let code) = result.status {
        try await context.record(.command(CommandRecord(exitCode: code)))
      }
      throw StepFailure(
        .commandFailed, "`\(name)` failed: \(result.status)", remedy: "see `\(path)`",
        lastLines: output.lastLines)
    }
    if let loss = log.failure { throw loss }
    var done = Self.result(code, output.beginning)
    done.evidence = [.command(CommandRecord(exitCode: code, output: output.beginning))]
    return done
  }

  /// What later steps may use.
  static func result(_ code: Int32, _ output: String) -> StepResult {
    StepResult(outputs: ["exitCode": String(code), "stdout": output])
  }

  /// A program of the step with its environment, and what keeps its output.
  func prepared(
    _ arguments: [String], _ context: StepContext
  ) async throws(StepFailure) -> (what: Command, output: CommandOutput, mask: SecretMask) {
    let (variables, mask) = try await variables(context)
    let what = Command(
      arguments, environment: ProcessEnvironment.adding(variables),
      workingDirectory: workingDirectory ?? context.environment.planDirectory)
    return (what, CommandOutput(mask: mask), mask)
  }

  /// Runs it to its end; any exit status is a result.
  static func run(
    _ what: Command, _ output: CommandOutput, _ mask: SecretMask, _ log: CommandLog
  ) async throws(StepFailure) -> ProcessResult {
    do throws(ProcessError) {
      return try await ChildProcess.run(what, onOutputLine: { line in log.append(output.take(line)) })
    } catch {
      var failure = StepFailure(ofProgram: error)
      failure.message = mask.masked(failure.message)
      failure.lastLines = output.lastLines
      throw failure
    }
  }

  func probe(_ context: StepContext) async -> [ProbeFinding] {
    var findings: [ProbeFinding] = []
    do throws(StepFailure) {
      let program = try arguments(command, context).first ?? ""
      let isThere = await runBlocking { ServiceProgram.isThere(program) }
      findings.append(
        isThere
          ? ProbeFinding("`\(program)`", .wouldRun, "is there; only running it shows what it does")
          : ProbeFinding("`\(program)`", .blocked, "is not an executable file, or not in PATH"))
    } catch {
      // What an earlier step gives is not known before the run.
      findings.append(ProbeFinding("its command", .wouldRun, error.message))
    }
    if let undoing {
      do throws(StepFailure) {
        let program = try arguments(undoing, context).first ?? ""
        let isThere = await runBlocking { ServiceProgram.isThere(program) }
        findings.append(
          isThere
            ? ProbeFinding("its undo `\(program)`", .wouldRun, "is there; it runs only in a rollback")
            : ProbeFinding("its undo `\(program)`", .blocked, "is not an executable file, or not in PATH"))
      } catch {
        findings.append(ProbeFinding("its undo", .wouldRun, error.message))
      }
    }
    for variable in secretEnvironment {
      let subject = "secret `\(variable.value.name)`"
      do throws(StepFailure) {
        _ = try await context.environment.secrets.value(of: variable.value)
        findings.append(ProbeFinding(subject, .checked, "is there"))
      } catch {
        findings.append(ProbeFinding(subject, .blocked, error.message))
      }
    }
    return findings
  }

  /// An argument vector filled in.
  func arguments(_ templates: [Template], _ context: StepContext) throws(StepFailure) -> [String] {
    var arguments: [String] = []
    for template in templates { arguments.append(try context.text(template)) }
    return ServiceProgram.located(arguments, from: context.environment.planDirectory)
  }

  private func variables(
    _ context: StepContext
  ) async throws(StepFailure) -> (variables: [String: String], mask: SecretMask) {
    var variables = [
      "DRPLAN_RUN": context.run.id.text, "DRPLAN_PLAN": context.run.plan.text,
      "DRPLAN_MODE": context.run.mode.rawValue, "DRPLAN_STEP": context.step.text,
      "DRPLAN_ATTEMPT": String(context.attempt),
    ]
    for variable in environment { variables[variable.name] = try context.text(variable.value) }
    var secrets: [Secret] = []
    for variable in secretEnvironment {
      let secret = try await context.environment.secrets.value(of: variable.value)
      secret.reveal { variables[variable.name] = $0 }
      secrets.append(secret)
    }
    return (variables, SecretMask(secrets))
  }
}
