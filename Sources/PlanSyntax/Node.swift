public import Diagnostics

/// One value of a YAML document with the place it was read from; knows no word of the plan language.
public struct Node: Sendable, Hashable {
  /// What the value is.
  public enum Content: Sendable, Hashable {
    /// Text, with how it was written: only a plain scalar can be anything but text.
    case scalar(String, ScalarStyle)
    /// A list, in order.
    case sequence([Node])
    /// Keys and values in the order of the text; keys are unique scalars.
    case mapping([Entry])
  }

  /// How a scalar was written.
  public enum ScalarStyle: Sendable {
    /// Without quotes, on one or more lines.
    case plain
    /// In single or double quotes.
    case quoted
    /// As a `|` or `>` block.
    case block
  }

  /// One key with its value.
  public struct Entry: Sendable, Hashable {
    /// The key's text.
    public let key: String
    /// Where the key stands.
    public let keyRange: SourceRange
    /// The value.
    public var value: Node

    /// A key with its value.
    public init(key: String, keyRange: SourceRange, value: Node) {
      self.key = key
      self.keyRange = keyRange
      self.value = value
    }
  }

  /// What the value is.
  public var content: Content
  /// Where it stands; for a collection, from its first to its last line.
  public let range: SourceRange

  /// A value read from `range`.
  public init(_ content: Content, range: SourceRange) {
    self.content = content
    self.range = range
  }

  /// The value under `key`, if this is a mapping that has it.
  public subscript(key: String) -> Node? { entry(key)?.value }

  /// The entry under `key`, if this is a mapping that has it.
  public func entry(_ key: String) -> Entry? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }
  }

  /// The text of a scalar.
  public var text: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// Whether this is a plain scalar that YAML reads as null: empty, `~` or `null` (`Null`, `NULL`).
  public var isNull: Bool {
    guard case .scalar(let text, .plain) = content else { return false }
    return text.isEmpty || text == "~" || text == "null" || text == "Null" || text == "NULL"
  }
}
