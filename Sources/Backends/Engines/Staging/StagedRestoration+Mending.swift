import BackendKit
import HostSystem

extension StagedRestoration {
  /// After a step failed: returns when the new data is in place all the same, durably and with the old under its kept
  /// name; else the target as it was, or a failure that says what is left to do.
  ///
  /// Once the new data is in place, restoring again would keep *it* as what stood there before: such a failure is not
  /// one to try again after.
  func settle(_ execution: PublishExecution, after error: FileError) throws(StepFailure) {
    let intent = execution.intent
    let doing = "publishing `\(intent.target)`"
    var failure = StepFailure(file: error, doing: doing)
    do throws(FileError) {
      if try isCompleted(execution, after: error, doing, else: "the old data", &failure) { return }
    } catch let second {
      failure.message += "; mending it failed too: \(second)"
      failure.remedy =
        "remove the cause and run the restore again: it mends what is described in `\(execution.area.intentFile)`"
      // What cannot be looked at is not known to be old.
      let live = (try? FileIdentity.at(intent.target)) ?? intent.new
      if live == intent.new {
        failure.isRetryable = false
        failure.message += "; the new data is in place" + oldPlace(intent)
        failure.remedy =
          "remove the cause; the data need not be restored again, prove it and see what is kept"
      }
    }
    throw failure
  }

  /// Mends a swap of which a step failed: whether it is done all the same, else `failure` says what stands there, which
  /// is `before` if the swap was taken back.
  func isCompleted(
    _ execution: PublishExecution, after error: FileError, _ doing: String, else before: String,
    _ failure: inout StepFailure
  ) throws(FileError) -> Bool {
    let mending = try execution.mend()
    note(mending, of: execution.intent)
    switch mending.outcome {
    case .published:
      try execution.perform(.syncFolder)
      hold.note("\(doing) met an error and was completed: \(error)")
      return true
    case .putBack: failure.message += "; \(before) is in place"
    case .foreign:
      failure.message += "; something else stands there now, and was left alone"
      failure.isRetryable = false
    }
    return false
  }

  /// Where the old data of a swap is that could not be completed.
  private func oldPlace(_ intent: PublishIntent) -> String {
    guard let old = intent.old else { return "" }
    for path in [intent.kept, intent.staged] {
      // A name that cannot be looked at is not one to point to.
      if let found = try? FileIdentity.at(path), found == old { return ", and what stood there is `\(path)`" }
    }
    return ", and what stood there was to be kept as `\(intent.kept)`"
  }

  /// Tells of side files that were not put back.
  func note(_ mending: PublishMending, of intent: PublishIntent) {
    for path in mending.setAside {
      hold.note(
        "`\(intent.target)` was used after an interrupted swap had moved its side files away: what one of them held "
          + "is not in it, and stands at `\(path)`")
    }
  }

  /// Tells of side files that stood at the target without the data they belong to.
  func noteOrphans(_ intent: PublishIntent) {
    guard !intent.sides.isEmpty else { return }
    let names = intent.sides.map { "`\(intent.kept + $0.suffix)`" }.joined(separator: ", ")
    hold.note(
      "`\(intent.target)` was missing and files that belong to it were not: they are kept as \(names), for whoever "
        + "finds the rest")
  }
}
