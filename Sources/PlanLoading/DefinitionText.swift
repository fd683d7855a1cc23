import PlanSyntax
import Values

/// A step's definition as text that does not depend on places, comments, quoting or the order of keys: what its digest
/// is taken of.
enum DefinitionText {
  /// The text in UTF-8.
  static func of(_ node: Node) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(512)
    write(node, to: &output)
    return output
  }

  private static func write(_ node: Node, to output: inout [UInt8]) {
    switch node.content {
    case .scalar(let text, _): quote(text, to: &output)
    case .sequence(let elements):
      output.append(UInt8(ascii: "["))
      for element in elements {
        write(element, to: &output)
        output.append(UInt8(ascii: ","))
      }
      output.append(UInt8(ascii: "]"))
    case .mapping(let entries):
      output.append(UInt8(ascii: "{"))
      for index in entries.indices.sorted(by: { entries[$0].key < entries[$1].key }) {
        quote(entries[index].key, to: &output)
        output.append(UInt8(ascii: ":"))
        write(entries[index].value, to: &output)
        output.append(UInt8(ascii: ","))
      }
      output.append(UInt8(ascii: "}"))
    }
  }

  /// As a JSON text; nearly all of a plan needs no escapes.
  private static func quote(_ text: String, to output: inout [UInt8]) {
    let isPlain = text.utf8.allSatisfy {
      (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    guard isPlain else {
      output += JSONValue.quoted(text).utf8
      return
    }
    output.append(UInt8(ascii: "\""))
    output += text.utf8
    output.append(UInt8(ascii: "\""))
  }
}
