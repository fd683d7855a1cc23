import CommandLineKit
import Journal
import Reporting
import RunEvents
import Values

/// Records of runs, rebuilt from their journals alone.
struct RunHistory: Sendable {
  let store: RunStore

  static let argument = Argument("RUN", "a run's id, the beginning of one, or `latest`")

  init(_ invocation: Invocation) throws(CommandFailure) {
    store = RunStore(stateDirectory: try RunSetup.stateDirectory(invocation))
  }

  /// The run that a word names.
  func find(_ word: String) async throws(CommandFailure) -> RunDirectory {
    do throws(JournalError) {
      return try await store.find(word)
    } catch {
      throw CommandFailure(
        .failed, error.description,
        remedy: "`drplan runs list` shows all runs kept in \(store.stateDirectory)")
    }
  }

  /// What a journal holds, and the record that follows from it; a journal that does not begin with a run has none.
  func read(_ directory: RunDirectory) async throws(CommandFailure) -> (
    contents: JournalReader.Contents, record: RunRecord?
  ) {
    do throws(JournalError) {
      let contents = try await JournalReader.read(directory.journal)
      let isWritten = try await JournalReader.isBeingWritten(directory.journal)
      let fold = RunRecordFold(contents.events)
      let last = contents.events.last?.elapsed ?? .zero
      return (
        contents, fold.record(now: isWritten ? last : nil, chain: Self.chain(contents, isWritten: isWritten))
      )
    } catch {
      throw CommandFailure(.failed, error.description)
    }
  }

  /// The record of a run that has one.
  func record(_ word: String) async throws(CommandFailure) -> RunRecord {
    let directory = try await find(word)
    let (contents, record) = try await read(directory)
    guard let record else {
      throw CommandFailure(
        .failed,
        "the journal of \(directory.run) holds no run: \(contents.problem?.description ?? "it is empty")",
        remedy: "see \(directory.journal)")
    }
    return record
  }

  private static func chain(_ contents: JournalReader.Contents, isWritten: Bool) -> ChainRecord {
    guard let problem = contents.problem else { return ChainRecord(.intact) }
    switch problem.kind {
    case .torn: return isWritten ? ChainRecord(.intact) : ChainRecord(.torn, detail: problem.description)
    default: return ChainRecord(.broken, detail: problem.description)
    }
  }
}
