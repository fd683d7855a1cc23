import BackendKit
import PlanModel
public import RunEvents
public import StepGraph
import Values

/// How a run goes on: what stays done, what starts anew and why.
///
/// Steps are compared by what they do, not by their names.
public struct Resumption: Sendable {
  /// What the run did so far.
  public let run: CarriedRun
  /// What each step of the graph begins with, by index.
  public let steps: [CarriedStep]
  /// The steps that start anew though they had come to an end, with the reason.
  public let reruns: [StepRerun]
  /// The outlines of the plan from here on; nil when they are those that the run had.
  public let outlines: [StepOutline]?

  /// Compares what the run did with the plan as it is now; throws when carrying on would not be sound.
  ///
  /// For any other `purpose` than to resume, the main steps stay as they are and only `finally` runs again. `boot` is the
  /// host that carries on: has it started anew since, what ran on it does not run any more.
  public init(
    _ run: CarriedRun, _ graph: StepGraph, purpose: RunResumed.Purpose = .resume,
    boot: (host: String, bootID: String)? = nil
  ) throws(ResumeRefusal) {
    let isRebooted = boot.map { $0.host == run.lastBoot.host && $0.bootID != run.lastBoot.bootID } ?? false
    let goesForward = purpose == .resume && run.undoing == nil
    let outlines = graph.outlines
    try Self.requireSameWorld(run, outlines)
    var steps: [CarriedStep] = []
    var reruns: [StepRerun] = []
    // By index: why the step, or one that it depends on, runs anew.
    var changed: [Int: String] = [:]
    let isOver = run.finished != nil
    for index in outlines.indices {
      let outline = outlines[index]
      guard var step = run.steps[outline.id] else {
        changed[index] = "it is new"
        steps.append(CarriedStep(outline))
        continue
      }
      // Who carries on a run that had come to its end has looked into it: repairs are worth another try.
      if isOver { step.repairs = 0 }
      var reason = Self.reason(for: step, outline, isOver: isOver)
      let effects = graph.nodes[index].step.action.effects
      if reason == nil, isRebooted, step.state == .succeeded, !effects.services.isEmpty,
        effects.stops.isEmpty
      {
        reason = "the host has started anew since, and with it what the step had started is gone"
      }
      if reason == nil, !outline.isFinally,
        let changed = graph.nodes[index].predecessors.first(where: { changed[$0] != nil })
      {
        reason = "it depends on `\(outlines[changed].id)`, which runs again"
      }
      if !goesForward, !outline.isFinally { reason = nil }
      // Who left it out meant it for the run, whatever runs again in it.
      if step.state == .skipped, step.error?.code == "SkippedByOperator" { reason = nil }
      if let reason {
        if step.outline.definition != outline.definition || step.state == .succeeded {
          changed[index] = reason
        }
        if step.isInFlight, step.outline.definition != outline.definition {
          throw ResumeRefusal(
            "step `\(outline.id)` was under way when the run ended, and its definition has changed since",
            remedy: "`--as-run` carries on with the plan as it was")
        }
        if step.state != nil { reruns.append(StepRerun(step: outline.id, reason: reason)) }
        step.forget(unlessInFlight: true)
      }
      step.outline = outline
      steps.append(step)
    }
    self.run = run
    self.steps = steps
    self.reruns = reruns
    self.outlines = run.order.map { run.steps[$0]?.outline } == outlines.map(Optional.some) ? nil : outlines
  }

  /// Why a step that was over begins again, all by itself.
  private static func reason(for step: CarriedStep, _ outline: StepOutline, isOver: Bool) -> String? {
    if step.outline.definition != outline.definition { return "its definition changed" }
    switch step.undone {
    case .undone, .unwound: return "it was undone"
    case .failed: return "its undo failed"
    // What has no way back is as done as before.
    case .nothingToUndo, .notUndone, nil: break
    }
    if step.isInFlight { return nil }
    switch step.state {
    case .succeeded: return outline.isFinally && isOver ? "`finally` runs at every end" : nil
    case .skipped: return nil
    case .failed: return "it failed"
    case .cancelled: return "it was stopped"
    case .notReached: return "it was not reached"
    case .pending, .running, .waiting, nil: return nil
    }
  }

  /// What a run changed must still be in the plan that carries it on.
  private static func requireSameWorld(
    _ run: CarriedRun, _ outlines: [StepOutline]
  ) throws(ResumeRefusal) {
    let now = Dictionary(outlines.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    for id in run.order {
      guard let step = run.steps[id], step.startOrder != nil else { continue }
      guard let outline = now[id] else {
        throw ResumeRefusal(
          "step `\(id)` has run and is not in the plan any more",
          remedy: "put it back, or carry on with the plan as it was: `--as-run`")
      }
      guard outline.action == step.outline.action, outline.restores == step.outline.restores,
        outline.isFinally == step.outline.isFinally
      else {
        throw ResumeRefusal(
          "step `\(id)` has run as another action or on another database: `\(step.outline.action)`, not "
            + "`\(outline.action)`",
          remedy: "give the new step another name, or carry on with the plan as it was: `--as-run`")
      }
    }
    if let clock = run.started.restoredWhen, now[clock] == nil {
      throw ResumeRefusal(
        "step `\(clock)`, which stops the clock, is not in the plan any more",
        remedy: "put it back, or carry on with the plan as it was: `--as-run`")
    }
  }
}

/// Why a run cannot be carried on, rolled back or committed.
public struct ResumeRefusal: Error, Sendable, Equatable {
  /// What stands in the way.
  public let message: String
  /// What to do.
  public let remedy: String

  /// A reason and what to do.
  public init(_ message: String, remedy: String) {
    self.message = message
    self.remedy = remedy
  }
}

extension CarriedStep {
  fileprivate mutating func forget(unlessInFlight: Bool) {
    if !(unlessInFlight && isInFlight) { forget() }
  }
}
