/// Whether what stands at a target is what should: pure, for those who read it elsewhere.
///
/// Facts are by name, as a plan writes them under `identity`. A fact of the data that cannot be read says nothing:
/// the data may be gone or damaged, which is what recovery is for. A fact of the place must be there.
public struct IdentityComparison: Sendable, Equatable {
  /// A fact that is not as it should be.
  public struct Mismatch: Sendable, Equatable {
    /// Its name.
    public var fact: String
    /// What it should be.
    public var expected: String
    /// What it is; nil when nobody can tell.
    public var found: String?
  }

  /// Facts of the place rather than of the data in it: a restore does not change them, and they can be told also when
  /// nothing stands there.
  public static let placeFacts: Set<String> = ["fileSystem"]

  /// The first fact by name that contradicts; nil when none does.
  public static func mismatch(expected: [String: String], found: [String: String]) -> Mismatch? {
    for (fact, value) in expected.sorted(by: { $0.key < $1.key }) where found[fact] != value {
      if found[fact] == nil, !placeFacts.contains(fact) { continue }
      return Mismatch(fact: fact, expected: value, found: found[fact])
    }
    return nil
  }

  /// The facts in the form in which a plan has them: `identity: {kind: File}`.
  public static func planText(_ facts: [String: String]) -> String {
    let members = facts.sorted { $0.key < $1.key }.map { "\($0.key): \(scalar($0.value))" }
    return "identity: {\(members.joined(separator: ", "))}"
  }

  /// Quoted, unless nothing could take it for anything else.
  private static func scalar(_ text: String) -> String {
    if Int(text).map(String.init) == text || ["File", "Folder"].contains(text) { return text }
    var quoted = ""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted += "\\" }
      quoted.unicodeScalars.append(character)
    }
    return "\"\(quoted)\""
  }
}

extension StepFailure.Code {
  /// What stands at the target is not what the plan means, or not what the run saw before.
  public static let wrongTarget = StepFailure.Code(rawValue: "WrongTarget")
}
