public import Declarations
public import Values

/// The definitions of the parts of a plan that its steps name, without places and comments: a step is the same step in
/// another version of the plan only if these are the same, too.
public struct PartDefinitions: Sendable {
  private let text: @Sendable (NameUse.Family, String) -> [UInt8]?
  private let digest: (@Sendable ([UInt8]) -> SHA256Digest)?

  /// No parts: a step is what its own definition says.
  public init() {
    text = { _, _ in nil }
    digest = nil
  }

  /// Parts whose definitions `text` gives in a form of their own, nil for what is not in the plan; `digest` is SHA-256.
  public init(
    digest: @escaping @Sendable ([UInt8]) -> SHA256Digest,
    text: @escaping @Sendable (NameUse.Family, String) -> [UInt8]?
  ) {
    self.digest = digest
    self.text = text
  }

  /// Digest of the step's definition and of those of the parts that it names.
  func digest(of step: Step) -> SHA256Digest {
    let own = step.definition
    var named: Set<String> = []
    let uses = step.uses.filter { named.insert("\($0.family.rawValue)/\($0.name)").inserted }
    guard let digest, !uses.isEmpty else { return own }
    var bytes = Array(own.description.utf8)
    for use in uses.sorted(by: { ($0.family.rawValue, $0.name) < ($1.family.rawValue, $1.name) }) {
      bytes += "\n\(use.family.rawValue)/\(use.name) ".utf8
      bytes += text(use.family, use.name) ?? []
    }
    return digest(bytes)
  }
}
