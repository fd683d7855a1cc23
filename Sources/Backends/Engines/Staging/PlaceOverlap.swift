import BackendKit
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
}
