import BackendKit
import Declarations
import HostSystem
import Values

/// Looks whether data can be restored to a place of files; changes nothing.
struct PlaceProbe {
  let restoration: StagedRestoration
  let bytes: ByteCount?

  /// One finding per thing looked at; ends with the first that would stop a restore.
  func findings() -> [ProbeFinding] {
    do throws(StepFailure) {
      let place = try RestorePlace.resolve(restoration.declared)
      return try findings(at: place)
    } catch {
      return [ProbeFinding("restore place", .blocked, error.message)]
    }
  }

  private func findings(at place: RestorePlace) throws(StepFailure) -> [ProbeFinding] {
    let subject = "`\(place.path)`"
    if let problem = restoration.wrongKind(place) { return [ProbeFinding(subject, .blocked, problem)] }
    let (mounts, existing) = try files("looking at \(subject)") { () throws(FileError) in
      (try MountTable.current(), try HostPath.physical(HostPath.nearestExisting(place.folder)))
    }
    if let problem = StagedRestoration.mountProblem(place.path, mounts) {
      return [ProbeFinding(subject, .blocked, problem)]
    }
    guard let mount = mounts.mount(of: existing), !mount.isReadOnly, PathAccess.isWritableFolder(existing)
    else {
      return [ProbeFinding(subject, .blocked, "the folder `\(existing)` cannot be written")]
    }
    if let problem = StagedRestoration.unmovable(place) {
      return [ProbeFinding(subject, .blocked, problem)]
    }
    var findings = [ProbeFinding(subject, .checked, Self.standing(place, in: existing))]
    findings.append(try spaceFinding(in: existing))
    if let swap = Self.swapFinding(place, on: mount) { findings.append(swap) }
    if place.folderExists { findings += try remainFindings(place) }
    return findings
  }

  private static func standing(_ place: RestorePlace, in existing: String) -> String {
    var text = place.status == nil ? "nothing stands there" : "what stands there would be kept beside it"
    if place.path != place.declared { text += "; `\(place.declared)` leads there" }
    if !place.folderExists { text += "; the folder `\(place.folder)` would be made below `\(existing)`" }
    return text
  }

  private func spaceFinding(in folder: String) throws(StepFailure) -> ProbeFinding {
    let free = try files("measuring the space in `\(folder)`") { () throws(FileError) in
      ByteCount(try FileSystemSpace.at(folder).freeBytes)
    }
    guard let bytes else { return ProbeFinding("space in `\(folder)`", .checked, "\(free) free") }
    if let problem = StagedRestoration.lackOfSpace(in: folder, free: free, needing: bytes) {
      return ProbeFinding("space in `\(folder)`", .blocked, problem)
    }
    return ProbeFinding("space in `\(folder)`", .checked, "\(free) free, \(bytes) needed")
  }

  /// Only a folder that stands there needs more than renames.
  private static func swapFinding(_ place: RestorePlace, on mount: MountTable.Mount) -> ProbeFinding? {
    guard place.status?.kind == .directory else { return nil }
    let subject = "swapping `\(place.path)`"
    if ["ext4", "xfs", "btrfs", "tmpfs", "f2fs", "bcachefs"].contains(mount.type) {
      return ProbeFinding(subject, .checked, "\(mount.type) can swap two folders in one step")
    }
    if ["nfs", "nfs4", "cifs", "smb3", "exfat", "ntfs"].contains(mount.type) {
      return ProbeFinding(subject, .blocked, "\(mount.type) cannot swap two folders in one step")
    }
    return ProbeFinding(
      subject, .notCheckable, "whether \(mount.type) can swap two folders is tried when the restore begins")
  }

  /// What earlier restores left beside the place: kept data takes space, and an interrupted swap wants mending.
  private func remainFindings(_ place: RestorePlace) throws(StepFailure) -> [ProbeFinding] {
    let names = try files("looking beside `\(place.path)`") { () throws(FileError) in
      try HostPath.names(in: place.folder)
    }
    let suffixes = restoration.form.sideSuffixes
    let kept = names.filter { name in
      [".before-", ".undone-"].contains { name.hasPrefix(place.name + $0) }
        && !suffixes.contains { name.hasSuffix($0) }
    }
    var findings: [ProbeFinding] = []
    if !kept.isEmpty {
      findings.append(
        ProbeFinding(
          "earlier data", .checked,
          "kept beside it: \(kept.map { "`\($0)`" }.joined(separator: ", "))"))
    }
    let areas = try files("looking beside `\(place.path)`") { () throws(FileError) in
      try StagingArea.all(for: place.path)
    }
    for area in areas {
      try area.refuseForeign()
      let text =
        try area.intent(for: place.path, suffixes: suffixes) == nil
        ? "would be removed: an earlier restore left it"
        : "an interrupted swap, would be finished or undone first"
      findings.append(ProbeFinding("`\(area.folder)`", .checked, text))
    }
    return findings
  }
}
