public import BackendKit
import Diagnostics
public import PlanModel
public import RunEvents
public import Values

/// Plans made in code, for tests of what happens after loading.
public enum PlanFixtures {
  /// The name of every plan made here.
  public static let planName = name("fixture", PlanName.init)
  /// The run of every plan made here.
  public static let runID = RunID(startedAt: Timestamp(seconds: 0), plan: planName, entropy: 0x7f3a)

  /// A step's name; a malformed one ends the test run.
  public static func step(_ text: String) -> StepID { name(text, StepID.init) }

  /// A database's name; a malformed one ends the test run.
  public static func database(_ text: String) -> DatabaseID { name(text, DatabaseID.init) }

  /// A service's name; a malformed one ends the test run.
  public static func service(_ text: String) -> ServiceID { name(text, ServiceID.init) }

  /// A step with that action; without `needs` it waits for the one above it.
  public static func step(
    _ id: String, _ action: any StepAction = ScriptedAction.succeeding(), needs: [String]? = nil,
    timeout: Duration = .seconds(600), retry: RetryPolicy = .never, onFailure: FailurePolicy = .abort,
    modes: Set<RunMode> = Set(RunMode.allCases)
  ) -> Step {
    Step(
      id: step(id), title: nil, actionName: "Scripted", action: action,
      needs: needs?.map { StepNeed(name: $0, range: .beginning) }, timeout: timeout, retry: retry,
      onFailure: onFailure, modes: modes, estimate: nil, uses: [], references: [], range: .beginning,
      declaresTimeout: true, definition: digest)
  }

  /// A plan of those steps and nothing else.
  public static func plan(_ steps: [Step], finally: [Step] = []) -> Plan {
    Plan(
      name: planName, title: nil, description: nil, owner: nil, labels: [:],
      objectives: Objectives(
        rto: .seconds(900), rpo: .seconds(300), mtd: nil, measuredFrom: .planStart, restoredWhen: nil,
        range: .beginning, restoredWhenRange: nil),
      params: [:], secrets: [], repository: nil, databases: [], services: [], channels: [], steps: steps,
      finally: finally, uses: [], file: "fixture.yaml", directory: "/nonexistent", digest: digest)
  }

  /// What is fixed about a run of such a plan.
  public static func facts(_ mode: RunMode = .recovery) -> RunFacts {
    RunFacts(
      id: runID, plan: planName, mode: mode, disruptedAt: Timestamp(seconds: 0), rpo: .seconds(300),
      rto: .seconds(900))
  }

  /// The first event of a run of such a plan.
  public static func started(_ mode: RunMode = .recovery) -> RunStarted {
    RunStarted(
      tool: "0", plan: planName, title: nil, owner: nil, planDigest: digest, planFile: "fixture.yaml",
      planPath: "/plans/orders.yaml",
      mode: mode, params: [:], declaredAt: Timestamp(seconds: 0), declaredGiven: false,
      disruptedAt: Timestamp(seconds: 0), disruptedGiven: false, rtoSeconds: 900, rpoSeconds: 300,
      mtdSeconds: nil, measuredFrom: .planStart, restoredWhen: nil, steps: [], user: "tester", host: "host",
      pid: 1, bootID: "boot")
  }

  private static let digest: SHA256Digest = {
    guard let digest = SHA256Digest(bytes: [UInt8](repeating: 0, count: 32)) else {
      preconditionFailure("32 bytes are a digest")
    }
    return digest
  }()

  private static func name<Name>(_ text: String, _ make: (String) -> Name?) -> Name {
    guard let name = make(text) else { preconditionFailure("`\(text)` is not a name") }
    return name
  }
}
