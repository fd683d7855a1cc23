import BackendKit
import Declarations
import HostSystem
import Values

/// A name for a file system that lasts: what a plan can state, so that a place on another one is noticed.
///
/// - Its UUID, as `/dev/disk/by-uuid` has it, where it lies on a device that has one there.
/// - Else its type and what is mounted: `nfs4:filer:/orders`, `zfs:tank/orders`, `ext4:/dev/vda1`.
/// - For file systems of memory and layers, whose source says nothing, type and device number: `tmpfs:0:45`. That
///   number holds until the machine starts anew, so it is of use within a run and not in a plan.
struct FileSystemName: Sendable {
  /// UUIDs by the number of their device, as `st_rdev` has it.
  private let uuids: [UInt64: String]

  /// Types whose source is a mere word.
  private static let nameless: Set<String> = [
    "tmpfs", "ramfs", "overlay", "aufs", "devtmpfs", "rootfs", "fuse-overlayfs",
  ]

  /// Reads the UUIDs of this machine; none where there is no udev, as in most containers.
  static func current() -> FileSystemName {
    let folder = "/dev/disk/by-uuid"
    var uuids: [UInt64: String] = [:]
    // A machine without that folder has names of the second kind.
    for uuid in (try? HostPath.names(in: folder)) ?? [] {
      // A link that leads nowhere names no device.
      guard let number = PathAccess.deviceNumber("\(folder)/\(uuid)") else { continue }
      uuids[number] = uuid
    }
    return FileSystemName(uuids: uuids)
  }

  init(uuids: [UInt64: String]) { self.uuids = uuids }

  /// The name of a mounted file system; `number` gives the number of a device file, nil for anything else.
  func name(of mount: MountTable.Mount, number: (String) -> UInt64? = PathAccess.deviceNumber) -> String {
    if mount.source.hasPrefix("/"), let uuid = number(mount.source).flatMap({ uuids[$0] }) { return uuid }
    if mount.source.isEmpty || Self.nameless.contains(mount.type) { return "\(mount.type):\(mount.device)" }
    return "\(mount.type):\(mount.source)"
  }
}
