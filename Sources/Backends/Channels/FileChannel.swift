import BackendKit
import Declarations
import HostSystem
import Values

/// Appends messages to a file.
struct FileChannel: Channel {
  private static let path = Key<String>.required("path", .path, "the file that each message is appended to")

  static let declaration = KindDeclaration(
    "File", summary: "Appends each message to a file, as a line of JSON.",
    notes: """
      A line is an event of the CloudEvents form with type `dev.drplan.notification.v1`, written in one piece and
      synced. The file is made with mode 0600 if it is not there; its folder must exist. A message sent again has the
      same `id`.
      """,
    example: """
      channels:
        record: {type: File, path: ../var/notifications.jsonl}
      """,
    shape: Shape("a File channel", [path.erased], synonyms: ["file": "path"]))

  private let path: String

  init(_ channel: Record) { path = channel[Self.path] }

  func send(_ notification: BackendKit.Notification, secrets: any SecretSource) async throws(StepFailure) {
    let (path, line) = (path, Array((notification.event.text() + "\n").utf8))
    try await runBlocking { () throws(StepFailure) in
      try files("writing the message") { () throws(FileError) in try DurableFile.append(line, to: path) }
    }
  }

  func probe(secrets: any SecretSource) async -> ProbeFinding {
    let path = path
    return await runBlocking {
      let subject = "`\(path)`"
      if PathAccess.isWritable(path) { return ProbeFinding(subject, .checked, "can be written") }
      if PathAccess.exists(path) { return ProbeFinding(subject, .blocked, "cannot be written") }
      let folder = PathText.parent(of: path)
      return PathAccess.isWritableFolder(folder)
        ? ProbeFinding(subject, .checked, "can be made")
        : ProbeFinding(subject, .blocked, "`\(folder)` is not a folder that can be written")
    }
  }
}
