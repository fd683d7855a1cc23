public import BackendKit
public import Declarations
import PlanModel
import RunEvents
public import StepGraph
public import Values

/// What a read-only look at everything that a run would touch says about running for real.
public struct ProbeDryRun: Sendable {
  private let graph: StepGraph
  private let environment: RunEnvironment
  private let facts: RunFacts
  private let options: ExecutionOptions
  private let references: @Sendable (Reference) -> String?

  /// A look at what a run of `graph` would touch; `references` gives values that are known before a run.
  public init(
    graph: StepGraph, environment: RunEnvironment, facts: RunFacts,
    options: ExecutionOptions = ExecutionOptions(), references: @escaping @Sendable (Reference) -> String?
  ) {
    self.graph = graph
    self.environment = environment
    self.facts = facts
    self.options = options
    self.references = references
  }

  /// Probes every step that would run, as many at once as the options say, and gives one entry for each in the plan's
  /// order.
  ///
  /// Nothing goes on record: there is no run, so evidence that a probe offers is dropped.
  public func run() async -> [StepProbe] {
    let leftOut = LeftOut.steps(of: graph, mode: facts.mode, options: options)
    let steps = graph.nodes.indices.filter { leftOut[$0] == nil }
    var findings = [[ProbeFinding]](repeating: [], count: graph.nodes.count)
    await withTaskGroup(of: (Int, [ProbeFinding]).self) { group in
      var waiting = steps[...]
      for step in waiting.prefix(max(1, options.parallelism)) { group.addTask { await probe(step) } }
      waiting = waiting.dropFirst(max(1, options.parallelism))
      for await (step, found) in group {
        findings[step] = found
        if let next = waiting.popFirst() { group.addTask { await probe(next) } }
      }
    }
    return steps.map { StepProbe(step: graph.nodes[$0].step.id, findings: findings[$0]) }
  }

  private func probe(_ index: Int) async -> (Int, [ProbeFinding]) {
    let step = graph.nodes[index].step
    let context = StepContext(
      run: facts, step: step.id, attempt: 1, timeLimit: step.timeout, environment: environment, restored: [:],
      fill: references, record: { _ throws(StepFailure) in }, progress: { _ in }, report: { "" })
    return (index, await identities(step.action.effects.restores) + step.action.probe(context))
  }

  /// What stands at the places that a step replaces, in the form in which a plan states it.
  private func identities(_ databases: [DatabaseID]) async -> [ProbeFinding] {
    var findings: [ProbeFinding] = []
    for binding in databases.compactMap({ environment.databases[$0] }) {
      let subject = "identity of \(binding.id)"
      do throws(StepFailure) {
        let found = try await binding.target.identity()
        if let refusal = TargetGuard.refusal(of: binding, found) {
          let remedy = refusal.remedy.map { "; \($0)" } ?? ""
          findings.append(ProbeFinding(subject, .blocked, refusal.message + remedy))
        } else if !found.isEmpty {
          findings.append(ProbeFinding(subject, .checked, IdentityComparison.planText(found)))
        }
      } catch {
        findings.append(ProbeFinding(subject, .blocked, error.message))
      }
    }
    return findings
  }
}

/// What a look at one step found.
public struct StepProbe: Sendable, Equatable {
  /// The step.
  public var step: StepID
  /// One for each thing that was looked at.
  public var findings: [ProbeFinding]

  /// What a look found.
  public init(step: StepID, findings: [ProbeFinding]) {
    self.step = step
    self.findings = findings
  }

  /// The worst of the findings; a step at which nothing was looked at is not checkable.
  public var state: ProbeFinding.State {
    let worstFirst: [ProbeFinding.State] = [.blocked, .notCheckable, .wouldRun, .checked]
    return worstFirst.first { state in findings.contains { $0.state == state } } ?? .notCheckable
  }
}
