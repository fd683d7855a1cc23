/// What a step changes, named so that two steps that change one thing have one name for it:
/// `data:/var/orders/orders.db`, `service:systemd/orders-api.service`.
///
/// Steps that share a name never run at once.
public struct TargetName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The name.
  public let description: String

  /// A thing named by how it is reached.
  public init(_ description: String) { self.description = description }

  /// The data at an absolute path.
  public static func data(at path: String) -> TargetName { TargetName("data:\(path)") }

  /// In ascending order.
  public static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}
