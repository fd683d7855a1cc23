import BackendKit
import HostSystem
import Values

/// A file that is written once, in order, hashed on the way, and then published under the name its content gives it.
final class HashedFile {
  /// Bytes so far.
  private(set) var size: Int64 = 0
  private var hasher = SHA256Hasher()
  private var members = SHA256Hasher()
  private let file: FileDescriptor
  private let path: String
  private let workspace: Workspace
  private var flushed: Int64 = 0

  /// What `rollBack` needs.
  struct Savepoint {
    fileprivate let size: Int64
    fileprivate let hasher: SHA256Hasher
    fileprivate let members: SHA256Hasher
  }

  /// A new file in the workspace of a backup, which removes it unless it is published.
  init(in workspace: Workspace, kind: String) throws(SnapshotError) {
    let path = "\(workspace.path)/\(kind)-\(RandomBytes.hex(16))"
    self.path = path
    self.workspace = workspace
    file = try onFiles("cannot begin a \(kind)") { () throws(FileError) in
      try FileDescriptor.open(path, [.readWrite, .create, .exclusive, .noFollow], mode: 0o600)
    }
  }

  /// Adds a member; where it begins.
  func append(_ member: UnsafeRawBufferPointer, digest: SHA256Digest) throws(SnapshotError) -> Int64 {
    let offset = size
    do {
      try file.write(member, at: offset, path: path)
    } catch {
      throw SnapshotError(
        error, doing: "cannot write to the repository", fileSystemOf: path,
        needed: offset + Int64(member.count))
    }
    hasher.update(member)
    members.update(digest.bytes)
    size += Int64(member.count)
    // The device works while the processors compress, so that the sync at the end finds little left to do.
    if size - flushed >= 8 << 20 {
      file.startWriteback(at: flushed, count: Int(size - flushed))
      flushed = size
    }
    return offset
  }

  /// The digest of the digests of all members so far: what the footer carries.
  var memberDigest: SHA256Digest { members.copy().finish() }

  /// Remembers this point.
  func savepoint() -> Savepoint { Savepoint(size: size, hasher: hasher.copy(), members: members.copy()) }

  /// Forgets everything after `point`.
  func rollBack(to point: Savepoint) throws(SnapshotError) {
    try onFiles("cannot take back what was written") { () throws(FileError) in
      try file.resize(point.size, path: path)
    }
    size = point.size
    flushed = min(flushed, size)
    hasher = point.hasher.copy()
    members = point.members.copy()
  }

  /// No more is added; the device gets the rest while other work goes on.
  func seal() -> SnapshotRecord.Object {
    file.startWriteback(at: flushed, count: Int(size - flushed))
    return SnapshotRecord.Object(sha256: hasher.copy().finish(), bytes: ByteCount(size))
  }

  /// Waits until it is durable under its temporary name; then it can be published, and this object let go.
  func finish(_ object: SnapshotRecord.Object) throws(SnapshotError) -> FinishedFile {
    do { try file.sync(path: path) } catch {
      throw SnapshotError(error, doing: "cannot write to the repository", fileSystemOf: path, needed: size)
    }
    return FinishedFile(path: path, workspace: workspace, object: object)
  }

  /// Makes `path` durable; an existing directory is fine, a missing parent is not: it may be a disk that is not
  /// mounted.
  static func makeDirectory(_ path: String) throws(FileError) {
    do throws(FileError) { try FileTree.makeDirectory(path) } catch {
      guard error.isExisting else { throw error }
      // Whoever made it may have died, or be waiting, before its name was durable.
      try DurableFile.syncDirectory(ofFile: path)
    }
  }
}

/// A complete and durable file that waits for its final name.
struct FinishedFile {
  fileprivate let path: String
  // Kept, because its end removes the file.
  fileprivate let workspace: Workspace
  let object: SnapshotRecord.Object

  /// Gives it the name `name`; the caller syncs the directory, once for many.
  ///
  /// An intact file of that name already there is kept instead, because it is the same; a damaged one is replaced,
  /// which heals it.
  func publish(as name: String) throws(FileError) {
    try HashedFile.makeDirectory(PathText.parent(of: name))
    do throws(FileError) {
      try AtomicRename.moveWithoutReplacing(path, to: name)
    } catch {
      guard error.isExisting else { throw error }
      // Anything that cannot be read counts as damaged, and is replaced.
      if (try? FileDigest.of(name)) != object { try AtomicRename.replace(name, with: path) }
    }
  }
}

/// The digest of a whole file.
enum FileDigest {
  /// Nil only when `flag` rose meanwhile.
  static func of(_ path: String, flag: CancellationFlag? = nil) throws(FileError) -> SnapshotRecord.Object? {
    let file = try FileDescriptor.open(path, .noFollow)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
    defer { buffer.deallocate() }
    let hasher = SHA256Hasher()
    var size: Int64 = 0
    while true {
      if flag?.isCancelled == true { return nil }
      let count = try file.read(into: buffer, at: size, path: path)
      if count == 0 { break }
      hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      size += Int64(count)
    }
    return SnapshotRecord.Object(sha256: hasher.finish(), bytes: ByteCount(size))
  }
}
