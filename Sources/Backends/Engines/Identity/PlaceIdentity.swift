import BackendKit
import Declarations
import HostSystem
import Values

/// The facts that every place of files has.
struct PlaceIdentity: Sendable {
  static let fileSystemKey = Key<String?>.optional(
    "fileSystem", .text,
    "the file system that holds the place, or would: its UUID, or type and source such as `nfs4:filer:/orders`"
  )

  /// What can stand at a place.
  enum Kind: String, CaseIterable, Sendable {
    case file = "File"
    case folder = "Folder"
  }

  static let folderKindKey = Key<String?>.optional(
    "kind", ValueType<Kind>.choice("a kind of data").map { kind, _, _ in kind.rawValue },
    "what stands there, if anything does: `File` or `Folder`")

  /// The place itself.
  let place: RestorePlace
  /// The facts of the place and of what stands there; without `fileSystem` when this system does not tell.
  let facts: [String: String]

  /// Looks at the place: `fileSystem` is that of the nearest folder that exists.
  static func of(_ declared: String) throws(StepFailure) -> PlaceIdentity {
    let place = try RestorePlace.resolve(declared)
    var facts: [String: String] = [:]
    let mount = try files("looking at the file system of `\(declared)`") { () throws(FileError) in
      let standing = place.status == nil ? try HostPath.nearestExisting(place.folder) : place.path
      return try MountTable.current().mount(of: standing)
    }
    if let mount { facts["fileSystem"] = FileSystemName.current().name(of: mount) }
    switch place.status?.kind {
    case .file: facts["kind"] = Kind.file.rawValue
    case .directory: facts["kind"] = Kind.folder.rawValue
    case .special(let word): facts["kind"] = word
    case .link, nil: break
    }
    return PlaceIdentity(place: place, facts: facts)
  }
}
