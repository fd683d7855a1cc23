/// One step of a swap: at most one change of the file system, so that a process can end before or after it, not within.
enum PublishAction: Sendable, Equatable {
  /// Writes the intent into the staging folder, durably.
  case writeIntent
  /// Gives the file `from` the second name `to`, which must be free.
  case link(from: String, to: String)
  /// Renames; `to` must be free.
  case move(from: String, to: String)
  /// Removes one name of a file that has another.
  case remove(String)
  /// Goes on only if none of these names is taken.
  case requireFree([String])
  /// Renames over what stands there.
  case replace(String, with: String)
  /// Swaps two names.
  case exchange(String, String)
  /// Waits until what happened to names in the target's folder would survive a loss of power.
  case syncFolder
  /// Removes the staging folder, which must not hold the old data.
  case removeStaging
}
