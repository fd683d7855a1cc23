public import Diagnostics
public import PlanSyntax

/// The state of reading one plan: what was found wrong so far, and which names the plan used.
///
/// Passed `inout` through every reader; nothing in it prints or touches the host.
public struct Decoding: Sendable {
  /// What was found wrong, in the order found.
  public private(set) var diagnostics: [Diagnostic] = []
  /// Which names of other things the values read so far used; checked when the whole plan is known.
  public private(set) var uses: [NameUse] = []
  /// Run-time references inside templates read so far, with their places.
  public private(set) var references: [PlacedReference] = []
  /// The folder of the plan's file: relative paths count from here.
  public let baseDirectory: String

  /// Begins reading a plan that stands in `baseDirectory`.
  public init(baseDirectory: String) { self.baseDirectory = baseDirectory }

  /// Notes something wrong.
  public mutating func report(
    _ rule: DiagnosticRule, _ message: String, at range: SourceRange, hint: String? = nil
  ) {
    diagnostics.append(Diagnostic(rule, message, at: range, hint: hint))
  }

  /// Notes something wrong with the whole of a value.
  public mutating func report(_ rule: DiagnosticRule, _ message: String, at node: Node, hint: String? = nil) {
    report(rule, message, at: node.range, hint: hint)
  }

  /// Notes that a value names a database, service, channel, secret or step.
  public mutating func note(_ use: NameUse) { uses.append(use) }

  /// Notes a reference that only a run can resolve.
  public mutating func note(_ reference: PlacedReference) { references.append(reference) }

  /// Hands over the names and references noted since the last call: how a step learns which are its own.
  public mutating func takeNotes() -> (uses: [NameUse], references: [PlacedReference]) {
    defer {
      uses = []
      references = []
    }
    return (uses, references)
  }

  /// The error for a value of the wrong shape.
  public mutating func reportMismatch(_ node: Node, expected: String) {
    let found =
      switch node.content {
      case .sequence: "a list"
      case .mapping: "a mapping"
      case .scalar(let text, _): node.isNull ? "nothing" : "`\(text.prefix(40))`"
      }
    report(.wrongType, "expected \(expected), found \(found)", at: node.range)
  }
}

/// That a value names another part of the plan.
public struct NameUse: Sendable, Hashable {
  /// What kind of thing is named.
  public enum Family: String, Sendable {
    /// An entry of `databases`.
    case database
    /// An entry of `services`.
    case service
    /// An entry of `channels`.
    case channel
    /// An entry of `secrets`.
    case secret
  }

  /// What kind of thing is named.
  public let family: Family
  /// The name.
  public let name: String
  /// Where it is named.
  public let range: SourceRange

  /// A use of a name.
  public init(_ family: Family, _ name: String, at range: SourceRange) {
    self.family = family
    self.name = name
    self.range = range
  }
}

/// A run-time reference with its place in the plan.
public struct PlacedReference: Sendable, Hashable {
  /// The reference.
  public let reference: Reference
  /// The scalar that holds it.
  public let range: SourceRange
}
