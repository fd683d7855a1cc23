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
    checkDrills(plan, &diagnostics)
  }

  /// The places of drills against those of production and against each other.
  private static func checkDrills(_ plan: Plan, _ diagnostics: inout [Diagnostic]) {
    let drills = plan.databases.compactMap { database in database.drill?.path.map { (database, $0) } }
    guard !drills.isEmpty else { return }
    var live: [String: String] = [:]
    for database in plan.databases {
      for path in paths(database) { live[path] = "the place of the database `\(database.id)`" }
    }
    if let repository = plan.repository { live[repository.directory] = "the repository" }
    // What lies in a drill's place has it among the folders above it.
    var around: [String: (path: String, what: String)] = [:]
    for (path, what) in live.sorted(by: { $0.key < $1.key }) {
      for folder in foldersAbove(path) where around[folder] == nil { around[folder] = (path, what) }
    }
    var owners: [String: Database] = [:]
    for (database, path) in drills where owners[path] == nil { owners[path] = database }
    for (database, path) in drills {
      let above = foldersAbove(path)
      let hit =
        ([path] + above).lazy.compactMap { folder in live[folder].map { (folder, $0) } }.first
        ?? around[path].map { ($0.path, $0.what) }
      if let (other, what) = hit {
        diagnostics.append(touching(database, path, what, other))
      } else if let other = ([path] + above).lazy.compactMap({ owners[$0] }).first(where: {
        $0.id != database.id
      }) {
        diagnostics.append(overlap(database, path, other, other.drill?.path ?? path))
      }
    }
  }

  private static func touching(_ database: Database, _ path: String, _ what: String, _ other: String)
    -> Diagnostic
  {
    Diagnostic(
      .drillTouchesProduction,
      "the drill of database `\(database.id)` would restore to `\(path)`, and \(what) is `\(other)`",
      at: database.range,
      hint: "name a place of its own, or leave `drill` out: drplan then makes scratch space")
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
