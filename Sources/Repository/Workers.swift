import BackendKit
import HostSystem

/// Threads for one piece of work on a snapshot.
enum Workers {
  /// As `WorkerTeam.run`; too few threads are an error of the snapshot, before anything was done.
  static func run<Result>(
    _ count: Int, _ body: @escaping @Sendable (Int) -> Void, while main: () -> Result
  ) throws(SnapshotError) -> Result {
    do throws(ThreadShortage) {
      return try WorkerTeam.run(count, body, while: main)
    } catch {
      throw SnapshotError(
        .io, error.description,
        remedy: "end other programs or raise the limit on threads (`ulimit -u`), then try again")
    }
  }
}
