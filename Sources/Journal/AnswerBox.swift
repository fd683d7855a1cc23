import FoundationEssentials
import HostSystem
public import Values

/// The folder in a run's directory through which people answer a step: one file an answer, whole or not there.
///
/// Who gave an answer is who owns its file. Nothing is ever removed: what was answered stays beside the journal.
public struct AnswerBox: Sendable {
  /// The folder.
  public let path: String
  private let directory: RunDirectory
  private let step: StepID

  /// No answer is longer.
  static let limit = 16 << 10

  /// The answers to `step` of the run in `directory`; makes nothing.
  public init(_ directory: RunDirectory, step: StepID) {
    self.directory = directory
    self.step = step
    path = directory.answers(to: step)
  }

  /// Makes the folder, 0700; done at once when it is there.
  public func open() async throws(JournalError) {
    do throws(FileError) {
      try await runBlocking { [path] () throws(FileError) in try FileTree.makeDirectories(path) }
    } catch {
      throw JournalError(error)
    }
  }

  /// Puts an answer in, owned by the user of this process, and gives its id; durable when it returns.
  public func put(
    approves: Bool, comment: String?, sudoUser: String?
  ) async throws(JournalError) -> String {
    let text = AnswerText(
      run: directory.run.text, step: step.text, approves: approves, comment: comment, sudoUser: sudoUser)
    do throws(FileError) {
      return try await runBlocking { () throws(FileError) in try write(text) }
    } catch {
      throw JournalError(error)
    }
  }

  /// Every answer in the folder, the oldest first; none when there is no folder.
  public func read() async throws(JournalError) -> [KeptAnswer] {
    do throws(FileError) {
      return try await runBlocking { () throws(FileError) in try readAll() }
    } catch {
      throw JournalError(error)
    }
  }

  private func write(_ text: AnswerText) throws(FileError) -> String {
    let instant = HostClock().now
    let number = String(instant.nanoseconds)
    let id = String(repeating: "0", count: max(0, 19 - number.count)) + number + "-" + RandomBytes.hex(8)
    let file = "\(path)/\(id).json"
    // Texts and numbers always encode; the failure below says all there is to say.
    guard let data = try? JSONEncoder().encode(text) else {
      throw FileError("write", file, detail: "the answer cannot be written as JSON")
    }
    guard data.count <= Self.limit else {
      throw FileError("write", file, detail: "the answer is too long: shorten the comment")
    }
    // A run of another user must be able to read what root answers; nobody else gets into the folder.
    let folder = try HostPath.status(path)
    let mode: UInt32 = folder?.user == HostFacts.userNumber ? 0o600 : 0o644
    let temporary = "\(path)/.\(id)"
    do throws(FileError) {
      let descriptor = try FileDescriptor.open(temporary, [.writeOnly, .create, .exclusive, .noFollow])
      try descriptor.append(Array(data), path: temporary)
      // The mode of a new file is what the umask leaves of it.
      try descriptor.setMetadata(owner: nil, mode: mode, modified: instant.nanoseconds, path: temporary)
      try descriptor.sync(path: temporary)
      try AtomicRename.moveWithoutReplacing(temporary, to: file)
    } catch {
      // What is left has a name that no reader looks at.
      try? SmallFile.remove(temporary)
      throw error
    }
    try DurableFile.syncDirectory(ofFile: file)
    return id
  }

  private func readAll() throws(FileError) -> [KeptAnswer] {
    let names: [String]
    do throws(FileError) {
      names = try HostPath.names(in: path)
    } catch {
      guard error.isMissing else { throw error }
      return []
    }
    return names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.compactMap(answer)
  }

  /// Nil for a name that went away meanwhile.
  private func answer(_ name: String) -> KeptAnswer? {
    let file = "\(path)/\(name)"
    var kept = KeptAnswer(id: String(name.dropLast(5)), owner: 0, approves: false)
    do throws(FileError) {
      guard let named = try HostPath.status(file) else { return nil }
      kept.owner = named.user
      let descriptor = try FileDescriptor.open(file, [.readOnly, .noFollow, .nonBlocking])
      let status = try descriptor.status(path: file)
      // From here on it is the open file that counts, whatever its name leads to by now.
      kept.owner = status.user
      if let problem = Self.problem(status) {
        kept.problem = problem
        return kept
      }
      read(try descriptor.bytes(Self.limit + 1, path: file), into: &kept)
    } catch {
      if error.isMissing { return nil }
      kept.problem = "its file cannot be trusted or read: \(error)"
    }
    return kept
  }

  /// Why a file may hold somebody else's words.
  private static func problem(_ status: FileStatus) -> String? {
    guard status.kind == .file else { return "it is no regular file" }
    guard status.names == 1 else { return "its file has several names: it may have been put there by others" }
    guard status.mode & 0o022 == 0 else { return "its file can be written by others than its owner" }
    guard status.size <= limit else { return "its file is too long" }
    return nil
  }

  private func read(_ bytes: [UInt8], into kept: inout KeptAnswer) {
    // Whatever is wrong with it, it does not count, and the record says so.
    guard let text = try? JSONDecoder().decode(AnswerText.self, from: Data(bytes)), text.schemaVersion == 1
    else {
      kept.problem = "its file does not hold an answer"
      return
    }
    guard text.run == directory.run.text, text.step == step.text else {
      kept.problem = "it answers another question: step `\(text.step)` of run `\(text.run)`"
      return
    }
    kept.approves = text.approves
    kept.comment = text.comment
    guard kept.owner == 0, let name = text.sudoUser else { return }
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isNameByte) else {
      kept.problem = "it names no user that could have called sudo"
      return
    }
    kept.sudoUser = name
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      || "._-@$".utf8.contains(byte)
  }
}
