import BackendKit
import Declarations
import Diagnostics
import PlanModel

/// Holds the places of the databases against each other and against the repository.
enum PlaceCheck {
  static func run(_ plan: Plan, _ diagnostics: inout [Diagnostic]) {
    var places = Places()
    for database in plan.databases {
      for path in Set([database.source.path, database.recovery.path].compactMap { $0 }).sorted() {
        for other in places.touching(path) where other.database.id != database.id {
          diagnostics.append(overlap(database, path, other.database, other.path))
        }
        places.add(database, path)
        if let repository = plan.repository, PathText.contains(path, repository.directory) {
          diagnostics.append(swallowed(repository, by: database, path))
        }
      }
    }
  }

  /// Places by path, so that each new one is held against those that it touches and not against all.
  private struct Places {
    typealias Place = (database: Database, path: String)

    /// A place that touches very many others is told of some: the list would be longer than the plan.
    static let limit = 16

    private var places: [Place] = []
    /// Places at each path.
    private var at: [String: [Int]] = [:]
    /// Places anywhere inside each folder.
    private var inside: [String: [Int]] = [:]

    mutating func add(_ database: Database, _ path: String) {
      at[path, default: []].append(places.count)
      for folder in Self.folders(above: path) { inside[folder, default: []].append(places.count) }
      places.append((database, path))
    }

    /// Places that contain `path`, are it or lie inside it, in the order in which they were added.
    func touching(_ path: String) -> [Place] {
      var found = (at[path] ?? []).prefix(Self.limit) + (inside[path] ?? []).prefix(Self.limit)
      for folder in Self.folders(above: path) { found += at[folder] ?? [] }
      return found.sorted().prefix(Self.limit).map { places[$0] }
    }

    private static func folders(above path: String) -> [String] {
      var folders: [String] = []
      var path = path
      while path != "/", path != "." {
        path = PathText.parent(of: path)
        folders.append(path)
      }
      return folders
    }
  }

  private static func overlap(_ database: Database, _ path: String, _ other: Database, _ otherPath: String)
    -> Diagnostic
  {
    Diagnostic(
      .overlappingTargets,
      path == otherPath
        ? "databases `\(other.id)` and `\(database.id)` stand in one place, `\(path)`"
        : "databases `\(other.id)` (`\(otherPath)`) and `\(database.id)` (`\(path)`) lie inside each other",
      at: database.range, hint: "restoring one would overwrite the other: give each a place of its own")
  }

  private static func swallowed(_ repository: RepositoryLocation, by database: Database, _ path: String)
    -> Diagnostic
  {
    Diagnostic(
      .repositoryInTarget,
      "the repository `\(repository.directory)` lies inside the database `\(database.id)` (`\(path)`)",
      at: repository.range, hint: "move the repository out of it, best onto another machine")
  }
}
