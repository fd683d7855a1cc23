import BackendKit
import Declarations
import HostSystem
import RunEvents
import Synchronization
import Values

/// Runs a program of the plan's author.
struct RunCommand: StepAction {
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

  static let declaration = KindDeclaration(
    "RunCommand", summary: "Runs a program and waits for its end.",
    notes: """
      The program is an argument list, never a shell line, and runs in a session of its own: when the step's time is
      over or the run is interrupted, all that it started is asked to end and then killed. What it prints goes line by
      line to `<step>.<attempt>.log` in the run's folder of logs, and its last lines into a failure; the values of
      `secretEnvironment` are shown as `***` there. It also gets `DRPLAN_RUN`, `DRPLAN_PLAN`, `DRPLAN_MODE`,
      `DRPLAN_STEP` and `DRPLAN_ATTEMPT`. It must be safe to run again after a failure, or the step must not be
      retried. A drill leaves the step out unless its `modes` name `drill`. Output `stdout` is the beginning of its standard output, up to 4 KiB; output `exitCode` its status.
      """,
    example: """
      steps:
        - id: switch-dns
          action: RunCommand
          with:
            command: [bin/switch-dns, --to, dr]
            environment: {REGION: eu-central-1}
      """,
    shape: Shape(
      "the inputs of RunCommand",
      [
        command.erased, workingDirectory.erased, environment.erased, secretEnvironment.erased,
        successCodes.erased,
      ],
      synonyms: [
        "cwd": "workingDirectory", "env": "environment", "args": "command", "exitCodes": "successCodes",
      ]))

  private let command: [Template]
  private let workingDirectory: String?
  private let environment: [NamedValue<Template>]
  private let secretEnvironment: [NamedValue<SecretReference>]
  private let successCodes: [Int]

  init(_ inputs: Record) {
    command = inputs[Self.command]
    workingDirectory = inputs[Self.workingDirectory]
    environment = inputs[Self.environment]
    secretEnvironment = inputs[Self.secretEnvironment]
    successCodes = inputs[Self.successCodes]
  }

  var effects: ActionEffects {
    ActionEffects(phase: .other, outputs: ["exitCode", "stdout"], isOpaque: true)
  }

  func run(_ context: StepContext) async throws(StepFailure) -> StepResult {
    let arguments = try arguments(context)
    let (variables, mask) = try await variables(context)
    let output = CommandOutput(mask: mask)
    let name = arguments.first ?? ""
    context.progress(StepProgress("running `\(name)`"))
    let what = Command(
      arguments, environment: ProcessEnvironment.adding(variables),
      workingDirectory: workingDirectory ?? context.environment.planDirectory)
    let path = "\(context.environment.logDirectory)/\(context.step).\(context.attempt).log"
    let log = try await CommandLog.open(path)
    let result: ProcessResult
    do throws(ProcessError) {
      result = try await ChildProcess.run(what, onOutputLine: { line in log.append(output.take(line)) })
    } catch {
      var failure = StepFailure(ofProgram: error)
      failure.message = mask.masked(failure.message)
      failure.lastLines = output.lastLines
      throw failure
    }
    guard case .exited(let code) = result.status, successCodes.contains(Int(code)) else {
      throw StepFailure(
        .commandFailed, "`\(name)` failed: \(result.status)", remedy: "see `\(path)`",
        lastLines: output.lastLines)
    }
    if let loss = log.failure { throw loss }
    return StepResult(outputs: ["exitCode": String(code), "stdout": output.beginning])
  }

  /// What became of an attempt that was killed.
  func reconcile(_ context: StepContext) async throws(StepFailure) -> Reconciliation {
    .unknown("whether the command did its work")
  }

  /// Sets back what it changed.
  func undo(_ context: StepContext) async throws(StepFailure) -> UndoOutcome {
    .impossible("a command cannot be undone yet")
  }

  func probe(_ context: StepContext) async -> [ProbeFinding] {
    var findings: [ProbeFinding] = []
    do throws(StepFailure) {
      let program = try arguments(context).first ?? ""
      let isThere = await runBlocking { ServiceProgram.isThere(program) }
      findings.append(
        isThere
          ? ProbeFinding("`\(program)`", .wouldRun, "is there; only running it shows what it does")
          : ProbeFinding("`\(program)`", .blocked, "is not an executable file, or not in PATH"))
    } catch {
      // What an earlier step gives is not known before the run.
      findings.append(ProbeFinding("its command", .wouldRun, error.message))
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

  private func arguments(_ context: StepContext) throws(StepFailure) -> [String] {
    var arguments: [String] = []
    for template in command { arguments.append(try context.text(template)) }
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
