import BackendKit
import Declarations
import Diagnostics
import PlanModel

/// Holds the places of the databases against each other and against the repository.
enum PlaceCheck {
  static func run(_ plan: Plan, _ diagnostics: inout [Diagnostic]) {
    var places: [(database: Database, path: String)] = []
    for database in plan.databases {
      for path in Set([database.source.path, database.recovery.path].compactMap { $0 }).sorted() {
        for other in places where other.database.id != database.id {
          guard PathText.contains(other.path, path) || PathText.contains(path, other.path) else { continue }
          diagnostics.append(overlap(database, path, other.database, other.path))
        }
        places.append((database, path))
        if let repository = plan.repository, PathText.contains(path, repository.directory) {
          diagnostics.append(swallowed(repository, by: database, path))
        }
      }
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
