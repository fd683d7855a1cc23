public import BackendKit
import Values

/// Holds the place that a restore replaces against those of all other databases, as they are on this machine: symbolic
/// links followed, which a plan's text does not show.
enum PlaceOverlap {
  /// Why restoring a database would overwrite another; nil when it would not.
  static func problem(
    of id: DatabaseID, among databases: [DatabaseID: DatabaseBinding]
  ) throws(StepFailure) -> String? {
    guard let path = databases[id]?.target.path else { return nil }
    let place = try RestorePlace.resolve(path)
    for (other, binding) in databases.sorted(by: { $0.key < $1.key }) where other != id {
      for declared in [binding.target.path, binding.source.path].compactMap({ $0 }) {
        let standing: RestorePlace
        do throws(StepFailure) {
          standing = try RestorePlace.resolve(declared)
        } catch {
          // A place that cannot be looked at is found fault with where it is used itself.
          continue
        }
        guard place.overlaps(standing) else { continue }
        return
          "`\(path)` of the database `\(id)` is really `\(place.path)`, and `\(declared)` of `\(other)` is "
          + "`\(standing.path)`: restoring one would overwrite the other"
      }
    }
    return nil
  }

  /// Why a restore to a place would touch one that is off limits; nil when it would not.
  static func problem(of path: String?, with offLimits: [OffLimits]) throws(StepFailure) -> String? {
    guard let path, !offLimits.isEmpty else { return nil }
    let place = try RestorePlace.resolve(path)
    for other in offLimits {
      // Unlike above, a place of production that cannot be looked at stops a drill: nothing is known of it then.
      let standing = try RestorePlace.resolve(other.path)
      guard place.overlaps(standing) else { continue }
      return
        "the drill's place `\(path)` is really `\(place.path)`, and \(other.what) is `\(standing.path)`: a drill must "
        + "not touch it"
    }
    return nil
  }
}

/// Holds places of drills against places of production, as they are on this machine.
public enum DrillPlaces {
  /// Why a drill that restores to `path` would touch one of `offLimits`, with symbolic links followed; nil when it would
  /// not.
  public static func problem(of path: String, with offLimits: [OffLimits]) throws(StepFailure) -> String? {
    try PlaceOverlap.problem(of: path, with: offLimits)
  }
}
