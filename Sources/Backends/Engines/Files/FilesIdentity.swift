import BackendKit
import Declarations
import HostSystem
import Values

/// By what a folder or file is told from others.
enum FilesIdentity {
  /// The file in a folder whose first line names it.
  static let markerName = ".drplan-identity"

  static let markerKey = Key<String?>.optional(
    "marker", .text, "the first line of the file `\(markerName)` in the folder: a name of your choice")

  static let keys = [PlaceIdentity.fileSystemKey, PlaceIdentity.folderKindKey, markerKey]

  /// The facts of a folder or file, or of the place where one would be.
  static func facts(of declared: String) throws(StepFailure) -> [String: String] {
    let identity = try PlaceIdentity.of(declared)
    var facts = identity.facts
    if identity.place.status?.kind == .directory {
      facts["marker"] = marker("\(identity.place.path)/\(markerName)")
    }
    return facts
  }

  /// The first line, without blanks around it; nil when there is none that could stand in a plan.
  private static func marker(_ path: String) -> String? {
    // A marker that is gone or damaged is left out: damage is what recovery is for.
    guard (try? HostPath.status(path))??.kind == .file, let bytes = try? SmallFile.read(path, limit: 256),
      let text = String(validating: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    else { return nil }
    let line = PrintableText.line(text)
    let trimmed = line.split(separator: " ").joined(separator: " ")
    return trimmed.isEmpty ? nil : trimmed
  }
}
