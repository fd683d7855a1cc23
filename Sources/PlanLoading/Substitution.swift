import Declarations
import Diagnostics
import PlanSyntax
import Values

/// Fills `${params...}` and `${plan...}` in: in values only, never in keys, never read as YAML again.
///
/// `${run...}`, `${steps...}` and `${secrets...}` stay for the run; any other namespace is an error.
struct Substitution {
  /// Values by reference, each with whether it is written without quotes.
  private var values: [String: (text: String, isPlain: Bool)] = [:]
  /// References without a value that are reported already, where they are declared.
  private let reported: Set<String>
  private var unresolved: Set<SourceRange> = []

  /// Fills in a whole plan; gives the places of the values that could not be filled in.
  ///
  /// The name and the objectives come first, then the other texts about the plan, so that each can be used in those
  /// after it.
  static func run(
    _ root: inout Node, parameters: ParameterSection.Values, _ decoding: inout Decoding
  ) -> Set<SourceRange> {
    guard case .mapping(var entries) = root.content else { return [] }
    var substitution = Substitution(reported: Set(parameters.missing.map { "params.\($0)" }))
    for (name, text) in parameters.texts {
      substitution.values["params.\(name)"] = (text, parameters.plain.contains(name))
    }
    for key in ["name", "objectives", "title", "owner", "description"] {
      guard let index = entries.firstIndex(where: { $0.key == key }) else { continue }
      substitution.fill(&entries[index].value, &decoding)
      substitution.offer(entries[index].value, as: "plan.\(key)")
    }
    // Keys that begin with `x-` are the home of anchors: what is used of them stands elsewhere too.
    let done = ["name", "objectives", "title", "owner", "description", "params"]
    for index in entries.indices
    where !done.contains(entries[index].key) && !entries[index].key.hasPrefix("x-") {
      substitution.fill(&entries[index].value, &decoding)
    }
    root.content = .mapping(entries)
    return substitution.unresolved
  }

  private init(reported: Set<String>) { self.reported = reported }

  /// Makes a text of the plan available as `${plan...}`.
  private mutating func offer(_ node: Node, as name: String) {
    for key in ["rto", "rpo", "mtd"] {
      if let value = node[key] { offer(value, as: "\(name).\(key)") }
    }
    // A malformed text is reported by the key that reads it.
    if let raw = node.text, let text = (try? Template.parse(raw))?.literal { values[name] = (text, false) }
  }

  private mutating func fill(_ node: inout Node, _ decoding: inout Decoding) {
    switch node.content {
    case .scalar(let text, let style):
      guard Self.mayHoldReference(text) else { return }
      guard let filled = fill(text, at: node, &decoding) else { return }
      node.content = .scalar(filled.text, filled.isPlain ? .plain : style == .plain ? .quoted : style)
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

  /// The text with what is known filled in; plain when it is nothing but a number or a boolean, and otherwise text,
  /// whatever it looks like: a parameter's `null` is a word.
  private mutating func fill(_ raw: String, at node: Node, _ decoding: inout Decoding) -> (
    text: String, isPlain: Bool
  )? {
    // A malformed reference is left for the key that reads the text: it reports it once, in its own words.
    guard let template = try? Template.parse(raw) else { return nil }
    guard template.references.contains(where: { !Self.runTime.contains($0.namespace) }) else { return nil }
    var output = ""
    var isPlain = false
    for part in template.parts {
      switch part {
      case .literal(let literal): output += Self.escaped(literal)
      case .reference(let reference):
        let name = ([reference.namespace] + reference.path).joined(separator: ".")
        if Self.runTime.contains(reference.namespace) {
          output += reference.description
        } else if let value = values[name] {
          output += Self.escaped(value.text)
          isPlain = value.isPlain && template.parts.count == 1
        } else {
          unresolved.insert(node.range)
          if !reported.contains(name) { reportUnknown(reference, at: node, &decoding) }
        }
      }
    }
    return (output, isPlain)
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
        ?? (names.isEmpty
          ? "the plan has no \(reference.namespace == "params" ? "params" : "such text")"
          : "there are: \(names.joined(separator: ", "))"))
  }

  /// Whether `${` stands in the text.
  private static func mayHoldReference(_ text: String) -> Bool {
    let bytes = text.utf8
    guard var index = bytes.firstIndex(of: UInt8(ascii: "$")) else { return false }
    while true {
      index = bytes.index(after: index)
      guard index != bytes.endIndex else { return false }
      if bytes[index] == UInt8(ascii: "{") { return true }
      guard let next = bytes[index...].firstIndex(of: UInt8(ascii: "$")) else { return false }
      index = next
    }
  }

  private static let runTime = ["run", "steps", "secrets"]

  private static func escaped(_ text: String) -> String {
    guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
    return text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
  }
}
