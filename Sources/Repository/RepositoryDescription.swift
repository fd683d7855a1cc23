import BackendKit
import FoundationEssentials
import HostSystem
import Values

/// `repo.json`: says that a directory is a repository, and of which form.
///
/// Written once.
struct RepositoryDescription: Codable {
  var format: String
  var version: Int
  var id: String

  /// Whether there is a repository; one that cannot be used is an error.
  static func exists(_ layout: RepositoryLayout) throws(SnapshotError) -> Bool {
    let bytes: [UInt8]
    do { bytes = try DurableFile.read(layout.description, limit: 64 << 10) } catch {
      if error.isMissing || error.isNotDirectory { return false }
      throw SnapshotError(error, doing: "cannot open the repository")
    }
    // Anything else than a description is the same mistake.
    guard let found = try? JSONDecoder().decode(RepositoryDescription.self, from: Data(bytes)),
      found.format == "drplan-repository"
    else {
      throw SnapshotError(
        .unsupported, "`\(layout.description)` is not the description of a drplan repository")
    }
    guard found.version == 1 else {
      throw SnapshotError(
        .unsupported,
        "the repository `\(layout.root)` has format version \(found.version), this program knows 1",
        remedy: "use a newer drplan")
    }
    return true
  }

  /// Throws unless there is a repository.
  static func check(_ layout: RepositoryLayout) throws(SnapshotError) {
    guard try exists(layout) else {
      throw SnapshotError(
        .repositoryMissing, "there is no repository at `\(layout.root)`",
        remedy: "check the path, or take a first backup")
    }
  }

  /// Makes what is missing of a repository.
  static func make(_ layout: RepositoryLayout) throws(SnapshotError) {
    do throws(FileError) {
      if !HostPath.isDirectory(layout.root) { try HashedFile.makeDirectory(layout.root) }
    } catch { throw SnapshotError(error, doing: "cannot make the repository") }
    if try !exists(layout) {
      try checkEmpty(layout)
      let description = RepositoryDescription(
        format: "drplan-repository", version: 1, id: RandomBytes.hex(32))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      let bytes: [UInt8]
      do { bytes = Array(try encoder.encode(description)) + [UInt8(ascii: "\n")] } catch {
        throw SnapshotError(.io, "the repository cannot be described as JSON: \(error)")
      }
      do { try DurableFile.create(bytes, at: layout.description) } catch {
        // Another backup was first: its description is as good.
        if !error.isExisting { throw SnapshotError(error, doing: "cannot make the repository") }
      }
    }
    try onFiles("cannot make the repository") { () throws(FileError) in
      for name in ["tmp", "packs", "manifests", "series"] {
        try HashedFile.makeDirectory("\(layout.root)/\(name)")
      }
    }
  }

  /// A directory with other things in it is a mistake in the path, not a place for a repository.
  private static func checkEmpty(_ layout: RepositoryLayout) throws(SnapshotError) {
    let names = try onFiles("cannot make the repository") { () throws(FileError) in
      try DirectoryReader.names(in: FileDescriptor.directory(layout.root), path: layout.root)
    }
    let own = ["tmp", "packs", "manifests", "series", "lost+found"]
    let stranger = names.map { String(decoding: $0, as: UTF8.self) }
      .first { !own.contains($0) && !$0.hasPrefix("repo.json") }
    if let stranger {
      throw SnapshotError(
        .unsupported, "`\(layout.root)` is not a repository, and not empty: it holds `\(stranger)`",
        remedy: "name an empty or new directory")
    }
  }
}
