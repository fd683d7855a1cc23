import Diagnostics
import PlanSyntax

extension Template {
  /// Parses `raw`, reporting what is malformed.
  static func read(_ raw: String, at node: Node, _ decoding: inout Decoding) -> Template? {
    do throws(Template.Malformed) {
      return try Template.parse(raw)
    } catch {
      decoding.report(
        .malformedReference, error.message, at: node.range,
        hint:
          "a reference is `${params.name}`, `${run.name}`, `${steps.id.outputs.name}`...; a dollar sign alone is `$$`"
      )
      return nil
    }
  }
}

extension Decoding {
  /// The error for a run-time reference where the value must be known when the plan is read.
  mutating func reportTooEarly(_ template: Template, at node: Node) {
    reportTooEarly(template.references.first?.description ?? "the reference", at: node)
  }

  /// Whether the scalar of a closed type holds a reference, which is then reported: what could be filled in when the
  /// plan is read has been.
  mutating func reportsReference(in node: Node) -> Bool {
    guard let text = node.text, text.contains("${") else { return false }
    guard let template = Template.read(text, at: node, &self) else { return true }
    if !template.references.isEmpty { reportTooEarly(template, at: node) }
    return !template.references.isEmpty
  }

  mutating func reportTooEarly(_ reference: String, at node: Node) {
    if reference.hasPrefix("${secrets.") {
      report(
        .secretInText, "a secret may not stand here", at: node.range,
        hint:
          "a secret may appear only where a secret is expected; see `drplan explain` of the kind for its secret keys"
      )
    } else {
      report(
        .referenceTooEarly,
        "`\(reference)` is known only while the plan runs, and this value is needed before",
        at: node.range, hint: "use a `${params.name}`, or write the value")
    }
  }
}
