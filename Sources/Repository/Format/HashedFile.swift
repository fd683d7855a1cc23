import BackendKit
import Glibc
import HostSystem
import Values

/// A temporary file that is written once, in order, hashed on the way, and then published under the name its
/// content gives it.
///
/// While it is written its writer holds its lock: a file that can be locked is left over.
final class HashedFile {
  /// Bytes so far.
  private(set) var size: Int64 = 0
  private var hasher = SHA256Hasher()
  private var members = SHA256Hasher()
  private let file: FileDescriptor
  private let path: String
  private var flushed: Int64 = 0
  private var isPublished = false

  /// What `rollBack` needs.
  struct Savepoint {
    fileprivate let size: Int64
    fileprivate let hasher: SHA256Hasher
    fileprivate let members: SHA256Hasher
  }

  init(in directory: String, kind: String) throws(SnapshotError) {
    while true {
      let path = "\(directory)/\(kind)-\(RandomBytes.hex(16))"
      let file = try onFiles("cannot begin a \(kind)") { () throws(FileError) in
        try FileDescriptor.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
      }
      // A cleaner may have come between creating and locking; then the name is gone, or about to go.
      let isOurs = try onFiles("cannot begin a \(kind)") { () throws(FileError) in
        guard try file.tryLock(path: path) else { return false }
        return try file.status(path: path).names > 0
      }
      if isOurs {
        self.file = file
        self.path = path
        return
      }
    }
  }

  deinit { if !isPublished { _ = unlink(path) } }

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

  /// Makes it durable under `name`.
  ///
  /// An intact file of that name already there is kept instead, because it is the same; a damaged one is
  /// replaced, which heals it.
  func publish(as name: String, _ object: SnapshotRecord.Object) throws(SnapshotError) {
    let directory = DurableFile.parent(of: name)
    do throws(FileError) {
      try file.sync(path: path)
      try Self.makeDirectory(directory)
      do throws(FileError) {
        try AtomicRename.moveWithoutReplacing(path, to: name)
      } catch {
        guard error.isExisting else { throw error }
        if !Self.isIntact(name, object) {
          try AtomicRename.replace(name, with: path)
        } else {
          _ = unlink(path)
        }
      }
      isPublished = true
      try DurableFile.syncDirectory(directory)
    } catch {
      throw SnapshotError(
        error, doing: "cannot complete an object of the repository", fileSystemOf: directory, needed: size)
    }
  }

  /// Makes `path` and syncs its parent; an existing directory is fine.
  static func makeDirectory(_ path: String) throws(FileError) {
    if mkdir(path, 0o700) == 0 {
      try DurableFile.syncDirectory(ofFile: path)
    } else if errno != EEXIST {
      throw FileError("make directory", path, number: errno)
    }
  }

  private static func isIntact(_ path: String, _ object: SnapshotRecord.Object) -> Bool {
    // Anything that cannot be read counts as damaged, and is replaced.
    (try? FileDigest.of(path)) == object
  }
}

/// The digest of a whole file.
enum FileDigest {
  /// Nil only when `flag` rose meanwhile.
  static func of(_ path: String, flag: CancellationFlag? = nil) throws(FileError) -> SnapshotRecord.Object? {
    let file = try FileDescriptor.open(path, O_RDONLY | O_NOFOLLOW)
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
