/// The names of the references to the run itself: `result` for `${run.result}`.
public enum RunReferenceNames {
  /// All of them: checking a plan knows them by this list, and the fold over the run's events gives each a value.
  public static let all = [
    "id", "mode", "plan", "result", "recoveryTime", "recoveryPoint", "dataLoss", "startedAt", "failedStep", "error",
  ]
}
