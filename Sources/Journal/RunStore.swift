import HostSystem
import Values

/// The runs kept in a state directory; knows them by their directories alone, nothing else is stored about them.
public struct RunStore: Sendable {
  /// The state directory.
  public let stateDirectory: String

  /// The runs in `stateDirectory`, which need not exist.
  public init(stateDirectory: String) { self.stateDirectory = stateDirectory }

  /// Every run, the oldest first; other things in the directory are not runs and are left out.
  public func list() async throws(JournalError) -> [RunDirectory] {
    let path = RunDirectory.runs(in: stateDirectory)
    do throws(FileError) {
      return try await runBlocking { () throws(FileError) -> [RunDirectory] in
        do throws(FileError) {
          let names = try DirectoryReader.names(in: FileDescriptor.directory(path), path: path)
          return inOrder(names.compactMap { RunID(String(decoding: $0, as: UTF8.self)) }, in: path)
            .map { RunDirectory(run: $0, stateDirectory: stateDirectory) }
        } catch {
          guard error.isMissing else { throw error }
          return []
        }
      }
    } catch {
      throw JournalError(error)
    }
  }

  /// Ids tell the second in which a run started; among those of one second the age of their directories decides.
  private func inOrder(_ runs: [RunID], in path: String) -> [RunID] {
    let aged = runs.map { run -> (run: RunID, second: Substring, age: Int64) in
      let folder = "\(path)/\(run)"
      // One that went away meanwhile, or may not be read, comes first of its second.
      let status = try? FileDescriptor.directory(folder).status(path: folder)
      return (run, run.text.prefix { $0 != "-" }, status?.modified ?? 0)
    }
    return aged.sorted { ($0.second, $0.age, $0.run.text) < ($1.second, $1.age, $1.run.text) }.map(\.run)
  }

  /// The run that `text` names: its id, the beginning of only one id, or `latest`.
  public func find(_ text: String) async throws(JournalError) -> RunDirectory {
    let runs = try await list()
    if text == "latest" {
      guard let last = runs.last else {
        throw JournalError(
          .notFound, "there is no run in `\(stateDirectory)`; `--state` names another directory")
      }
      return last
    }
    if let exact = runs.first(where: { $0.run.text == text }) { return exact }
    let fitting = text.isEmpty ? [] : runs.filter { $0.run.text.hasPrefix(text) }
    guard let first = fitting.first else {
      let known = runs.suffix(3).map { "`\($0.run)`" }.joined(separator: ", ")
      throw JournalError(
        .notFound,
        "no run `\(text)` in `\(stateDirectory)`"
          + (known.isEmpty ? "; it holds none" : "; the newest are \(known)"))
    }
    guard fitting.count == 1 else {
      let some = fitting.prefix(5).map { "`\($0.run)`" }.joined(separator: ", ")
      throw JournalError(
        .ambiguous, "`\(text)` is the beginning of \(fitting.count) runs; give more of one: \(some)")
    }
    return first
  }
}
