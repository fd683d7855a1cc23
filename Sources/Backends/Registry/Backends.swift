public import BackendKit
import Declarations

/// All kinds that this version has: a new one is a file in its family's folder and a line in its family's list.
public enum Backends {
  /// The kinds, by family.
  public static let registry = BackendRegistry(
    actions: KindFamily(
      noun: "action", key: "action", entries: dataActions + opsActions),
    engines: engineFamily, managers: managerFamily, channels: channelFamily, checks: checkFamily)
}
