/// Who acts: the operating system user, and whether with the rights of root.
public struct Person: Sendable, Hashable {
  /// The user's name: under sudo the name of who called it.
  public let login: String
  /// Whether they act as root without being it.
  public let actsAsRoot: Bool

  private static let asRoot = " (as root)"

  /// A user.
  public init(login: String, actsAsRoot: Bool = false) {
    self.login = login
    self.actsAsRoot = actsAsRoot && login != "root"
  }

  /// A user as shown on record: `anna`, `anna (as root)`.
  public init(shown text: String) {
    let actsAsRoot = text.hasSuffix(Self.asRoot)
    self.init(login: actsAsRoot ? String(text.dropLast(Self.asRoot.count)) : text, actsAsRoot: actsAsRoot)
  }

  /// As shown on record.
  public var shown: String { actsAsRoot ? login + Self.asRoot : login }

  /// Whether `other` is, or may be, the same human being.
  ///
  /// Root without a name may be anybody who can act as root.
  public func mayBe(_ other: Person) -> Bool {
    login == other.login || login == "root" && other.actsAsRoot
  }
}
