import CommandLineKit
import Declarations
import Values

/// The page of a kind or section, made from its declaration: for `drplan explain` and for `docs/kinds`.
enum KindPage {
  /// The page for a terminal.
  static func text(_ declaration: KindDeclaration, family: String) -> String {
    var lines = ["\(declaration.name) (\(family))", ""]
    lines += TextWrap.lines(declaration.summary.sentenced, width: 100)
    lines += [""] + keys(declaration.shape, indent: "")
    if !declaration.identity.keys.isEmpty {
      lines += ["", "Under `identity` of the database:", ""] + keys(declaration.identity, indent: "")
    }
    for paragraph in declaration.notes.split(separator: "\n\n") {
      lines += [""] + TextWrap.lines(String(paragraph), width: 100)
    }
    lines +=
      ["", "Example:", ""]
      + declaration.example.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The page of a section of the plan.
  static func text(_ shape: Shape, named name: String) -> String {
    (["\(name) (section of a plan)", ""] + keys(shape, indent: "")).joined(separator: "\n") + "\n"
  }

  /// The page for the documentation.
  static func markdown(_ declaration: KindDeclaration, family: String) -> String {
    var lines = [
      "# \(declaration.name)", "", "\(family.capitalizedFirst). \(declaration.summary.sentenced)", "",
    ]
    lines += table(declaration.shape)
    if !declaration.identity.keys.isEmpty {
      lines += ["", "Under `identity` of the database:", ""] + table(declaration.identity)
    }
    if !declaration.notes.isEmpty { lines += ["", declaration.notes] }
    lines += ["", "```yaml", declaration.example, "```"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// The keys of a shape as a Markdown table, and of the shapes inside it.
  static func table(_ shape: Shape, inside: String = "") -> [String] {
    guard !shape.keys.isEmpty || !shape.later.isEmpty else { return ["It has no keys."] }
    var lines = ["| key | holds | required | default | |", "| --- | --- | --- | --- | --- |"]
    for key in shape.keys {
      lines.append(
        "| `\(inside)\(key.name)` | \(key.typeName) | \(key.isRequired ? "yes" : "") | \(key.fallbackText ?? "") | \(key.summary) |"
      )
    }
    for later in shape.later {
      lines.append(
        "| `\(inside)\(later.name)` | | | | refused by this version; it would be: \(later.summary) |")
    }
    return lines
  }

  /// The declaration for machines.
  static func json(_ declaration: KindDeclaration, family: String) -> JSONValue {
    [
      "family": .string(family), "name": .string(declaration.name), "summary": .string(declaration.summary),
      "notes": .string(declaration.notes), "example": .string(declaration.example),
      "schema": declaration.shape.schema(), "identity": declaration.identity.schema(),
    ]
  }

  private static func keys(_ shape: Shape, indent: String) -> [String] {
    guard !shape.keys.isEmpty else { return [indent + "It has no keys."] }
    var lines: [String] = []
    for key in shape.keys {
      let state = key.isRequired ? "required" : key.fallbackText.map { "default \($0)" } ?? "optional"
      lines.append("\(indent)  \(key.name): \(key.typeName), \(state)")
      lines += TextWrap.lines(key.summary, width: 90).map { "\(indent)      \($0)" }
      if key.nested.count == 1, !key.nested[0].keys.isEmpty {
        lines += keys(key.nested[0], indent: indent + "    ")
      }
    }
    for later in shape.later {
      lines += ["\(indent)  \(later.name): refused by this version; it would be: \(later.summary)"]
    }
    return lines
  }
}

extension String {
  fileprivate var sentenced: String { capitalizedFirst + (hasSuffix(".") ? "" : ".") }
  fileprivate var capitalizedFirst: String { first.map { $0.uppercased() + dropFirst() } ?? self }
}
