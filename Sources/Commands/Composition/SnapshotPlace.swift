import BackendKit
import CommandLineKit
import HostSystem
import PlanModel
import Repository
import StepGraph
import Values

/// The repository that a command names: a plan that has one, or the repository's folder itself.
struct SnapshotPlace: Sendable {
  let store: any SnapshotStore

  static let argument = Argument("PLAN|DIR", "a plan, or the folder of a repository", completion: .files)
  static let database = Option("database", value: .required("NAME"), "only snapshots of this database")

  /// Finds the repository.
  static func open(_ invocation: Invocation, _ console: Console) throws(CommandFailure) -> SnapshotPlace {
    let path = invocation.arguments[0]
    if HostPath.isDirectory(path) {
      return SnapshotPlace(store: SnapshotRepository.at(HostFacts.absolutePath(path)))
    }
    let (_, graph) = try PlanFile.require(invocation, console)
    guard let repository = graph.plan.repository else {
      throw CommandFailure(
        .refused, "the plan `\(path)` names no repository", remedy: "add `repository: {directory: ...}` to it"
      )
    }
    return SnapshotPlace(store: SnapshotRepository.open(repository))
  }

  /// The snapshots that the command line asks for: all, or those of one database.
  func listing(_ invocation: Invocation) async throws(CommandFailure) -> SnapshotListing {
    var database: DatabaseID?
    if let name = invocation.value(Self.database) {
      guard let id = DatabaseID(name) else {
        throw CommandFailure(.refused, "`\(name)` is not the name of a database")
      }
      database = id
    }
    do throws(SnapshotError) {
      return try await store.snapshots(of: database)
    } catch {
      throw CommandFailure(error)
    }
  }

  /// The one snapshot that a word names: its id, the beginning of only one id, or `latest`.
  func find(_ word: String, _ invocation: Invocation) async throws(CommandFailure) -> SnapshotRecord {
    let listing = try await listing(invocation)
    if word == "latest" {
      guard Set(listing.snapshots.map(\.database)).count < 2 else {
        throw CommandFailure(
          .refused, "`latest` is not clear: the repository keeps several databases",
          remedy: "name one with `--database NAME`")
      }
      guard let newest = listing.snapshots.last else {
        throw CommandFailure(.failed, "there are no snapshots", remedy: "take one with `drplan backup PLAN`")
      }
      return newest
    }
    let found = listing.snapshots.filter { $0.id.text.hasPrefix(word) }
    if found.count == 1 { return found[0] }
    let damaged = listing.damaged.filter { $0.name.contains(word) }
    if found.isEmpty, let first = damaged.first {
      throw CommandFailure(
        .failed, "the snapshot `\(word)` is damaged: \(first.reason)",
        remedy: "use another; `drplan snapshots list` shows them")
    }
    throw CommandFailure(
      .failed,
      found.isEmpty
        ? "there is no snapshot `\(word)`" : "`\(word)` is the beginning of \(found.count) snapshots",
      remedy: "`drplan snapshots list \(invocation.arguments[0])` shows them all")
  }
}

extension CommandFailure {
  /// A failure of the repository.
  init(_ error: SnapshotError) { self.init(.failed, error.message, remedy: error.remedy) }
  /// A failure of an engine, with what it said last.
  init(_ failure: StepFailure) {
    let lines = failure.lastLines.map { "\n  | \($0)" }.joined()
    self.init(
      failure.code == .cancelled ? .interrupted : .failed, failure.message + lines, remedy: failure.remedy)
  }
}
