/// One `${namespace.name}` in a plan.
public struct Reference: Sendable, Hashable, CustomStringConvertible {
  /// `params`, `plan`, `run`, `steps`, `secrets`.
  public let namespace: String
  /// What stands after the namespace, split at dots: `["restore-orders", "outputs", "bytes"]`.
  public let path: [String]

  /// A reference.
  public init(namespace: String, path: [String]) {
    self.namespace = namespace
    self.path = path
  }

  /// For people.
  public var description: String { "${\(([namespace] + path).joined(separator: "."))}" }
}

/// Text with references in it, parsed once.
public struct Template: Sendable, Hashable {
  /// A piece of a template.
  public enum Part: Sendable, Hashable {
    /// Text that stands for itself.
    case literal(String)
    /// A value filled in later.
    case reference(Reference)
  }

  /// The pieces in order; joined literals are one piece.
  public let parts: [Part]

  /// Pieces already parsed.
  public init(parts: [Part]) { self.parts = parts }

  /// Text that stands for itself.
  public init(literal: String) { parts = literal.isEmpty ? [] : [.literal(literal)] }

  /// The text if there is nothing to fill in.
  public var literal: String? {
    switch parts.count {
    case 0: ""
    case 1: if case .literal(let text) = parts[0] { text } else { nil }
    default: nil
    }
  }

  /// The references in order.
  public var references: [Reference] {
    parts.compactMap { if case .reference(let reference) = $0 { reference } else { nil } }
  }

  /// Why a text is not a template.
  public struct Malformed: Error, Sendable {
    /// The fact, for a diagnostic.
    public let message: String
  }

  /// Reads `text`: `${namespace.name}` is a reference, `$$` is a dollar sign, any other `$` stands for itself.
  public static func parse(_ text: String) throws(Malformed) -> Template {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return Template(literal: text) }
    var parts: [Part] = []
    var literal = ""
    var rest = text[...]
    while let dollar = rest.firstIndex(of: "$") {
      literal += rest[..<dollar]
      rest = rest[rest.index(after: dollar)...]
      if rest.first == "$" {
        literal += "$"
        rest = rest.dropFirst()
      } else if rest.first == "{" {
        guard let end = rest.firstIndex(of: "}") else {
          throw Malformed(message: "`${` has no closing `}`")
        }
        let words = rest[rest.index(after: rest.startIndex)..<end].split(
          separator: ".", omittingEmptySubsequences: false
        ).map(String.init)
        guard words.count >= 2, words.allSatisfy(isWord) else {
          throw Malformed(message: "`$\(rest[...end])` is not a reference of the form `${namespace.name}`")
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        literal = ""
        parts.append(.reference(Reference(namespace: words[0], path: Array(words[1...]))))
        rest = rest[rest.index(after: end)...]
      } else {
        literal += "$"
      }
    }
    literal += rest
    if !literal.isEmpty { parts.append(.literal(literal)) }
    return Template(parts: parts)
  }

  /// The text with every reference filled in by `resolve`, which throws what it cannot.
  public func filled<Failure>(_ resolve: (Reference) throws(Failure) -> String) throws(Failure) -> String {
    var output = ""
    for part in parts {
      switch part {
      case .literal(let text): output += text
      case .reference(let reference): output += try resolve(reference)
      }
    }
    return output
  }

  private static func isWord(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy {
        (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0) || $0 == 45 || $0 == 95
      }
  }
}

/// A secret by name: resolved when the run needs it, never at loading.
public struct SecretReference: Sendable, Hashable {
  /// The entry of `secrets`.
  public let name: String

  /// A reference to an entry of `secrets`.
  public init(name: String) { self.name = name }
}
