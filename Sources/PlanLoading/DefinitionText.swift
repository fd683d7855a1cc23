import PlanSyntax
import Values

/// A step's definition as text that does not depend on places, comments, quoting or the order of keys: what its digest
/// is taken of.
enum DefinitionText {
  static func of(_ node: Node) -> String {
    var output = ""
    write(node, to: &output)
    return output
  }

  private static func write(_ node: Node, to output: inout String) {
    switch node.content {
    case .scalar(let text, _): output += JSONValue.quoted(text)
    case .sequence(let elements):
      output += "["
      for element in elements {
        write(element, to: &output)
        output += ","
      }
      output += "]"
    case .mapping(let entries):
      output += "{"
      for entry in entries.sorted(by: { $0.key < $1.key }) {
        output += JSONValue.quoted(entry.key) + ":"
        write(entry.value, to: &output)
        output += ","
      }
      output += "}"
    }
  }
}
