import HostSystem
public import Values

/// The directory of one run: `<state>/runs/<run id>`, with its journal, its plan and its logs.
public struct RunDirectory: Sendable, Hashable {
  /// The run.
  public let run: RunID
  /// The directory itself.
  public let path: String

  /// Names the directory of `run`; makes nothing.
  public init(run: RunID, stateDirectory: String) {
    self.run = run
    path = "\(Self.runs(in: stateDirectory))/\(run)"
  }

  /// The event log.
  public var journal: String { "\(path)/journal.jsonl" }
  /// The plan's text as run.
  public var plan: String { "\(path)/plan.yaml" }
  /// Output of the run's commands.
  public var logs: String { "\(path)/logs" }
  /// People's answers to a step of the run.
  public func answers(to step: StepID) -> String { "\(path)/answers/\(step)" }

  /// Makes the directory, all folders 0700, with the plan's text in it, 0600; durable when it returns.
  ///
  /// A run's directory that exists already is an error: two runs never share one.
  public static func create(
    run: RunID, stateDirectory: String, plan text: [UInt8]
  ) async throws(JournalError) -> RunDirectory {
    let directory = RunDirectory(run: run, stateDirectory: stateDirectory)
    do throws(FileError) {
      try await runBlocking { () throws(FileError) in
        try FileTree.makeDirectories(runs(in: stateDirectory))
        try FileTree.makeDirectory(directory.path)
        try FileTree.makeDirectory(directory.logs)
        try DurableFile.create(text, at: directory.plan)
      }
    } catch {
      throw JournalError(error)
    }
    return directory
  }

  static func runs(in stateDirectory: String) -> String {
    stateDirectory.hasSuffix("/") ? stateDirectory + "runs" : stateDirectory + "/runs"
  }
}
