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
}

/// Places of production as they are on this machine, symbolic links followed, to hold places of drills against.
public struct DrillPlaces: Sendable {
  private let standing: [(place: RestorePlace, what: String)]

  /// Looks where production is.
  ///
  /// A place that cannot be looked at is an error: nothing would be known of it.
  public init(offLimits: [OffLimits]) throws(StepFailure) {
    var standing: [(place: RestorePlace, what: String)] = []
    for other in offLimits { standing.append((try RestorePlace.resolve(other.path), other.what)) }
    self.standing = standing
  }

  /// Why a drill that restores to `path` would touch production; nil when it would not.
  public func problem(of path: String) throws(StepFailure) -> String? {
    guard !standing.isEmpty else { return nil }
    let place = try RestorePlace.resolve(path)
    guard let hit = standing.first(where: { place.overlaps($0.place) }) else { return nil }
    return
      "the drill's place `\(path)` is really `\(place.path)`, and \(hit.what) is `\(hit.place.path)`: a drill must not "
      + "touch it"
  }
}
