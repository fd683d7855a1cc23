import BackendKit
import Declarations
import HostSystem
import Values

/// A folder with everything below it, or a single file: data without an engine of its own.
struct FilesEngine: ComparableDatabase {
  static let pathKey = Key<String>.required("path", .path, "the folder, or the single file")

  /// The keys of a place and what the engine promises.
  static let declaration = KindDeclaration(
    "Files",
    summary: "A folder with everything below it, or a single file.",
    notes: """
      A backup reads the files where they are: the snapshot is consistent only as far as nothing writes to them \
      meanwhile; a file that changes under the reader is read again and then refused. Its recovery point is the \
      instant before the first file was read.

      A restore is staged in a hidden folder beside the target (`.attachments.drplan-<run>`) and swapped in by one \
      call of the kernel; what stood there is kept as `attachments.before-<run>`. A folder that stands there can be \
      swapped on ext4, xfs, btrfs, tmpfs and others, not on NFS, and not when it is a mount point or anything is mounted \
      below it: the restore then ends before anything is touched. A backup does not cross into file systems mounted below \
      the folder either: it is refused. If the machine stops right after the swap, `drplan resume`, \
      `drplan rollback` or the next restore to this place finds the old data in the staging folder and gives it its kept \
      name. `drplan rollback` swaps the old folder back in and keeps the restored one as `attachments.undone-<run>`.

      The engine has no check of its own beyond looking whether the data is there and readable: prove its content with \
      the check Checksums.
      """,
    example: """
      databases:
        attachments:
          engine: Files
          source: {path: /srv/orders/attachments}
      """,
    shape: Shape(
      "a place of Files", [pathKey.erased], synonyms: ["directory": "path", "folder": "path", "dir": "path"]),
    identity: FilesIdentity.keys)

  let place: String

  /// The place described by those keys.
  init(_ place: Record) { self.place = place[Self.pathKey] }

  private init(place: String) { self.place = place }

  /// The path, with symbolic links followed.
  var target: TargetName { RestorePlace.target(of: place) }

  /// The path, as the plan says it.
  var path: String? { place }

  /// The path, as the plan says it.
  var comparablePath: String { place }

  /// Points at the data in place: nothing is copied.
  func capture(in scratch: String) async throws(StepFailure) -> CapturedData {
    let declared = place
    return try await runBlocking { () throws(StepFailure) in
      let consistentAt = HostClock().now
      let resolved = try RestorePlace.resolve(declared)
      guard Self.isReadable(resolved.status) else { throw .nothingToRead(at: declared) }
      if let problem = try Self.mountBelow(resolved) {
        throw StepFailure(
          .sourceUnusable, problem,
          remedy: "make what is mounted there a database of its own, outside of this folder",
          isRetryable: false)
      }
      return CapturedData(path: resolved.path, consistentAt: consistentAt)
    }
  }

  /// The same name in another folder.
  func scratch(in folder: String) -> (any DatabaseEngine)? {
    FilesEngine(place: "\(folder)/\(PathText.name(of: place))")
  }

  /// Staged beside the place and swapped in by one step.
  var restoration: any Restoration { staged }

  var staged: StagedRestoration {
    StagedRestoration(
      path: place,
      form: .init(isAlwaysFile: false, sideSuffixes: [], noun: "the data") { (_, _) throws(StepFailure) in []
      })
  }

  /// Whether the data is there and its top can be read.
  func check() async throws(StepFailure) -> [String] {
    let declared = place
    return try await runBlocking { () throws(StepFailure) in
      let resolved = try RestorePlace.resolve(declared)
      guard Self.isReadable(resolved.status) else { return ["`\(declared)` is not there"] }
      if let problem = Self.unreadable(resolved) { return [problem] }
      return []
    }
  }

  /// What stands there, and what its marker says.
  func identity() async throws(StepFailure) -> [String: String] {
    let declared = place
    return try await runBlocking { () throws(StepFailure) in try FilesIdentity.facts(of: declared) }
  }

  /// Looks at the files only; nothing is opened through the engine.
  func probe(forRestore: Bool, needing bytes: ByteCount?) async -> [ProbeFinding] {
    let (declared, staged) = (place, staged)
    return await runBlocking {
      forRestore ? PlaceProbe(restoration: staged, bytes: bytes).findings() : [Self.sourceFinding(declared)]
    }
  }

  private static func sourceFinding(_ path: String) -> ProbeFinding {
    let subject = "`\(path)`"
    do throws(StepFailure) {
      let resolved = try RestorePlace.resolve(path)
      guard isReadable(resolved.status) else {
        return ProbeFinding(subject, .blocked, StepFailure.nothingToRead(at: path).message)
      }
      if let problem = unreadable(resolved) { return ProbeFinding(subject, .blocked, problem) }
      if let problem = try mountBelow(resolved) { return ProbeFinding(subject, .blocked, problem) }
      return ProbeFinding(
        subject, .checked, resolved.status?.kind == .directory ? "a readable folder" : "a readable file")
    } catch {
      return ProbeFinding(subject, .blocked, error.message)
    }
  }

  /// Why a backup would have to cross into another file system; nil when it would not.
  ///
  /// A restore could not bring such a tree back into its place.
  private static func mountBelow(_ place: RestorePlace) throws(StepFailure) -> String? {
    guard place.status?.kind == .directory else { return nil }
    return try files("reading the table of mounts") { () throws(FileError) in
      try MountTable.current().mountPoint(below: place.path)
    }.map { "`\($0)` is mounted below `\(place.path)`, and a backup does not cross into other file systems" }
  }

  private static func isReadable(_ status: FileStatus?) -> Bool {
    status?.kind == .file || status?.kind == .directory
  }

  /// Why the top of the data cannot be read; nil when it can.
  private static func unreadable(_ place: RestorePlace) -> String? {
    do throws(FileError) {
      if place.status?.kind == .directory {
        _ = try HostPath.names(in: place.path)
      } else {
        _ = try FileDescriptor.open(place.path)
      }
      return nil
    } catch {
      return error.description
    }
  }
}

extension StepFailure {
  /// There is neither a folder nor a file where data should be.
  static func nothingToRead(at path: String) -> StepFailure {
    StepFailure(
      .sourceUnusable, "`\(path)` is not there, or is neither a folder nor a file",
      remedy: "correct the path, or restore it first", isRetryable: false)
  }
}
