import Declarations
import Diagnostics
import PlanSyntax
import Values

/// Fills `${params...}` and `${plan...}` in: in values only, never in keys, never read as YAML again.
///
/// `${run...}`, `${steps...}` and `${secrets...}` stay for the run; any other namespace is an error.
struct Substitution {
  private let values: [String: String]
  /// Parameters that are declared but have no value: what is wrong with them is reported where they stand.
  private let unset: Set<String>
  private let unfilled: Collector

  /// Places that could not be filled in.
  private final class Collector {
    var ranges: Set<SourceRange> = []
  }

  /// Fills in a whole plan; text first, so that `${plan.objectives.rto}` can itself come from a parameter.
  ///
  /// Gives the places that have no value: what their keys say of them means nothing.
  static func run(
    _ root: inout Node, parameters: [String: String], _ decoding: inout Decoding
  ) -> Set<SourceRange> {
    guard case .mapping(var entries) = root.content else { return [] }
    let declared = entries.first { $0.key == "params" }?.value.keys ?? []
    let unset = Set(declared.filter { parameters[$0] == nil }.map { "params.\($0)" })
    let unfilled = Collector()
    var values: [String: String] = [:]
    for (name, value) in parameters { values["params.\(name)"] = value }
    let early = Substitution(values: values, unset: unset, unfilled: unfilled)
    for index in entries.indices
    where ["name", "title", "description", "owner", "objectives"].contains(entries[index].key) {
      early.fill(&entries[index].value, &decoding)
    }
    for key in ["name", "title", "description", "owner"] {
      if let text = entries.first(where: { $0.key == key })?.value.text { values["plan.\(key)"] = text }
    }
    if let objectives = entries.first(where: { $0.key == "objectives" })?.value {
      for key in ["rto", "rpo", "mtd"] {
        if let text = objectives[key]?.text { values["plan.objectives.\(key)"] = text }
      }
    }
    let late = Substitution(values: values, unset: unset, unfilled: unfilled)
    for index in entries.indices where entries[index].key != "params" {
      late.fill(&entries[index].value, &decoding)
    }
    root.content = .mapping(entries)
    return unfilled.ranges
  }

  private func fill(_ node: inout Node, _ decoding: inout Decoding) {
    switch node.content {
    case .scalar(let text, let style):
      guard text.utf8.contains(UInt8(ascii: "$")), text.contains("${") else { return }
      if let filled = fill(text, at: node, &decoding) { node.content = .scalar(filled, style) }
    case .sequence(var elements):
      node.content = .sequence([])
      for index in elements.indices { fill(&elements[index], &decoding) }
      node.content = .sequence(elements)
    case .mapping(var entries):
      node.content = .mapping([])
      for index in entries.indices { fill(&entries[index].value, &decoding) }
      node.content = .mapping(entries)
    }
  }

  private func fill(_ text: String, at node: Node, _ decoding: inout Decoding) -> String? {
    // A malformed reference is left for the key that reads the text: it reports it once, in its own words.
    guard let template = try? Template.parse(text) else { return nil }
    guard template.references.contains(where: { !Self.runTime.contains($0.namespace) }) else { return nil }
    var output = ""
    for part in template.parts {
      switch part {
      case .literal(let literal): output += Self.escaped(literal)
      case .reference(let reference):
        if Self.runTime.contains(reference.namespace) {
          output += reference.description
        } else if let value = values[([reference.namespace] + reference.path).joined(separator: ".")] {
          output += Self.escaped(value)
        } else {
          let name = ([reference.namespace] + reference.path).joined(separator: ".")
          if !unset.contains(name) { reportUnknown(reference, at: node, &decoding) }
          unfilled.ranges.insert(node.range)
          output += "0"
        }
      }
    }
    return output
  }

  private func reportUnknown(_ reference: Reference, at node: Node, _ decoding: inout Decoding) {
    let namespaces = ["params", "plan"] + Self.runTime
    guard ["params", "plan"].contains(reference.namespace) else {
      let nearest = NearestName.of(reference.namespace, among: namespaces)
      decoding.report(
        .unresolvedReference, "unknown namespace `\(reference.namespace)` in `\(reference)`", at: node.range,
        hint: nearest.map { "did you mean `\($0)`?" } ?? "there are: \(namespaces.joined(separator: ", "))")
      return
    }
    let prefix = reference.namespace + "."
    let names = values.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      .sorted()
    let name = reference.path.joined(separator: ".")
    let nearest = NearestName.of(name, among: names).map { "did you mean `${\(reference.namespace).\($0)}`?" }
    decoding.report(
      .unresolvedReference, "`\(reference)` has no value", at: node.range,
      hint: nearest
        ?? (names.isEmpty ? "the plan declares no params" : "there are: \(names.joined(separator: ", "))"))
  }

  private static let runTime = ["run", "steps", "secrets"]

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    return text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
  }
}

extension Node {
  /// The keys of a mapping.
  fileprivate var keys: [String] {
    guard case .mapping(let entries) = content else { return [] }
    return entries.map(\.key)
  }
}
