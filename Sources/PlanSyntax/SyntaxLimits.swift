/// How large a plan's text may be: far above any plan, far below what hurts.
public struct SyntaxLimits: Sendable {
  /// The most bytes of text.
  public var bytes = 64 << 20
  /// The deepest nesting of lists and mappings, aliases followed.
  public var depth = 64
  /// The most values, keys not counted.
  public var nodes = 2_000_000
  /// The most values that may come out of aliases.
  public var aliasedNodes = 100_000
  /// The most findings; parsing stops after them.
  public var findings = 1000

  /// The limits of the given sizes.
  public init() {}

  /// The limits that plans are held to; the manual page of DRP004 names them.
  public static let standard = SyntaxLimits()
}
