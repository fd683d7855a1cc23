import FoundationEssentials
import HostSystem

/// A folder of one test's own, removed when the test is over.
final class ScratchFolder: Sendable {
  let path: String

  init() throws {
    // Short, because sockets have paths of at most 107 bytes.
    path = "/tmp/drp-\(UInt32.random(in: 0...UInt32.max))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  // What cannot be removed from /tmp does no harm.
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// A path in the folder.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Writes a file there and gives its path.
  @discardableResult
  func write(_ name: String, _ text: String, permissions: Int = 0o644) throws -> String {
    let path = file(name)
    try Data(text.utf8).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    return path
  }

  /// A program there that `sh` runs.
  ///
  /// A child writes it: a file that this process has open for writing, and every fork of another test with
  /// it, cannot be executed.
  func script(_ name: String, _ lines: String...) async throws -> String {
    let text = "#!/bin/sh\n" + lines.joined(separator: "\n") + "\n"
    _ = try await ChildProcess.run(
      Command(
        ["/bin/sh", "-c", #"cat > "$0" && chmod 755 "$0""#, file(name)], input: .bytes(Array(text.utf8))))
    return file(name)
  }

  /// The text of a file there; empty when there is none.
  func text(_ name: String) -> String {
    guard let data = FileManager.default.contents(atPath: file(name)) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }

  /// The lines of a file there.
  func lines(_ name: String) -> [String] { text(name).split(separator: "\n").map(String.init) }

  /// Whether there is such a file.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }
}
