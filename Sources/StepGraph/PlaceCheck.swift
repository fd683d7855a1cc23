import BackendKit
import Declarations
import Diagnostics
import PlanModel
import Values

/// Holds the places of the databases against each other and against the repository.
enum PlaceCheck {
  static func run(_ plan: Plan, _ diagnostics: inout [Diagnostic]) {
    var owners: [String: Int] = [:]
    for (index, database) in plan.databases.enumerated() {
      for path in paths(database) where owners[path] == nil { owners[path] = index }
    }
    for (index, database) in plan.databases.enumerated() {
      for path in paths(database) {
        // Whatever this place lies in is one of the folders above it: no need to compare each place with each.
        for above in foldersAbove(path) + [path] {
          guard let owner = owners[above], owner != index else { continue }
          let (first, second) = (min(owner, index), max(owner, index))
          let (firstPath, secondPath) = owner < index ? (above, path) : (path, above)
          diagnostics.append(overlap(plan.databases[second], secondPath, plan.databases[first], firstPath))
        }
        if let repository = plan.repository, PathText.contains(path, repository.directory) {
          diagnostics.append(swallowed(repository, by: database, path))
        }
      }
    }
  }

  private static func paths(_ database: Database) -> [String] {
    Set([database.source.path, database.recovery.path].compactMap { $0 }).sorted()
  }

  private static func foldersAbove(_ path: String) -> [String] {
    var folders: [String] = []
    var folder = path
    while folder != "/", folder.contains("/") {
      folder = PathText.parent(of: folder)
      folders.append(folder)
    }
    return folders
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
