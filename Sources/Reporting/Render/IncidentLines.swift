import RunEvents
import Values

/// What happened to a run beside its steps, in the words of every report.
extension RunRecord {
  /// Each time that somebody went on with it.
  var resumptionLines: [String] {
    resumptions.map { one in
      let reruns =
        one.reruns.isEmpty
        ? "" : "; again: " + one.reruns.map { "\($0.step) (\($0.reason))" }.joined(separator: ", ")
      let plan = one.planChanged ? ", with an edited plan" : ""
      return
        "\(one.purpose.rawValue.lowercased()) by \(one.user) on \(one.host) at \(one.time.readable)\(plan)\(reruns)"
    }
  }

  /// What became of undoing each step; none when nothing was undone.
  var rollbackLines: [String] {
    guard let reason = rollback else { return [] }
    return ["because \(reason); the last step was undone first"]
      + steps.compactMap { step in
        guard let undone = step.undone, undone.state != .nothingToUndo else { return nil }
        let why = undone.error.map { ": \($0.message)" } ?? ""
        return "\(step.id) \(undone.state.words): \(undone.detail)\(why)"
      }
  }
}

extension StepRecord {
  /// How the watch of its checks went; none for a step without.
  var watchLines: [String] {
    guard let watch else { return [] }
    let names = watch.checks.joined(separator: ", ")
    let time = Duration(recordSeconds: watch.seconds).readable
    let end =
      switch watch.passed {
      case nil: "goes on"
      case true?: watch.reason ?? "passed at the last look"
      case false?: watch.reason ?? "did not pass at the last look"
      }
    let looks = watch.findings.filter { $0.check.state != .passed }.map {
      "; at \($0.time.readable) \($0.check.id) found \($0.check.actual)"
    }
    return ["watched \(names) for \(time): \(end)\(looks.joined())"]
  }
}

extension StepUndone.State {
  /// For people.
  var words: String {
    switch self {
    case .undone: "undone"
    case .nothingToUndo: "nothing to undo"
    case .unwound: "half undone"
    case .failed: "FAILED"
    case .notUndone: "not undone"
    }
  }
}
