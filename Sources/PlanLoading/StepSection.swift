import BackendKit
import Declarations
import Diagnostics
import PlanModel
import PlanSyntax
import RunEvents
import Values

/// The `steps` and `finally` sections: keys that every step has, and `with`, whose keys the action decides.
struct StepSection {
  private let registry: BackendRegistry
  private let digest: @Sendable ([UInt8]) -> SHA256Digest

  init(registry: BackendRegistry, digest: @escaping @Sendable ([UInt8]) -> SHA256Digest) {
    self.registry = registry
    self.digest = digest
  }

  static let id = Key<String>.required("id", .kebabCase, "the step's name")
  static let title = Key<String?>.optional("title", .text, "a title for people")
  static let needs = Key<[StepNeed]?>.optional(
    "needs",
    ValueType<String>.text.map("the id of a step") { text, node, _ in
      StepNeed(name: text, range: node.range)
    }.list(),
    "the steps it waits for; `[]` starts at once; the step above it if left out")
  static let timeout = Key<Duration?>.optional(
    "timeout", .duration(),
    "how long the whole step may take, retries included; as long as the RTO if left out")
  static let retry = Key<RetryPolicy?>.optional(
    "retry", RetrySection.type, "how often and how it is tried again; once if left out")
  static let onFailure = Key<FailurePolicy?>.optional(
    "onFailure", StepDefaults.failurePolicy, "what its failure does to the run (default: Abort)")
  static let modes = Key<[RunMode]?>.optional(
    "modes", ValueType<RunMode>.choice("a mode").list(atLeast: 1),
    "the modes it runs in; if left out, recoveries, and drills where it does no harm")
  static let estimate = Key<Duration?>.optional("estimate", .duration(), "first guess of how long it takes")
  static let with = Key<Node?>.optional("with", .raw("the action's inputs"), "the action's inputs")

  static let shape = Shape(
    "a step",
    [
      id.erased, title.erased, needs.erased, timeout.erased, retry.erased, onFailure.erased, modes.erased,
      estimate.erased, with.erased,
    ],
    synonyms: [
      "depends_on": "needs", "dependsOn": "needs", "dependencies": "needs", "name": "id", "inputs": "with",
      "arguments": "with", "uses": "action", "continue-on-error": "onFailure", "timeoutSeconds": "timeout",
      "timeout-minutes": "timeout", "retries": "retry", "description": "title",
    ])

  /// The JSON Schema of one step.
  var schema: JSONValue {
    let branches = registry.actions.entries.map { entry -> JSONValue in
      let inputs = entry.declaration.shape
      var then: [JSONValue.Member] = [
        JSONValue.Member("properties", ["with": inputs.schema(description: entry.declaration.summary)])
      ]
      if inputs.keys.contains(where: \.isRequired) { then.append(.init("required", ["with"])) }
      return [
        "if": ["properties": ["action": ["const": .string(entry.declaration.name)]]], "then": .object(then),
      ]
    }
    let names = registry.actions.entries.map { JSONValue.string($0.declaration.name) }
    guard
      case .object(var members) = Self.shape.schema(also: [
        .init("action", ["enum": .array(names), "description": "what the step does"])
      ])
    else { return .object([]) }
    members.append(.init("allOf", .array(branches)))
    return .object(members)
  }

  /// Reads all steps and puts the plan together, without those that could not be read.
  func finish(
    _ draft: PlanDraft, _ source: PlanSource, _ parameters: [String: String], _ planDigest: SHA256Digest,
    _ decoding: inout Decoding
  ) -> Plan {
    let record = draft.record
    let objectives = record[PlanShape.objectives]
    let defaults = record[PlanShape.defaults] ?? StepDefaults()
    let steps = draft.steps.map { read($0, defaults, objectives.rto, &decoding) }
    let finally = draft.finally.map { read($0, defaults, objectives.rto, &decoding) }
    let unreadSteps = zip(draft.steps + draft.finally, steps + finally).filter { $0.1 == nil }
    let unread = UnreadParts(
      isPartial: decoding.diagnostics.contains { $0.rule.severity == .error },
      steps: Set(unreadSteps.map { $0.0["id"]?.text ?? "" }), names: draft.declared)
    let labels = record[PlanShape.labels].map { ($0.name, $0.value) }
    return Plan(
      name: draft.name, title: record[PlanShape.title], description: record[PlanShape.description],
      owner: record[PlanShape.owner], labels: Dictionary(labels, uniquingKeysWith: { first, _ in first }),
      objectives: objectives, params: parameters, secrets: record[PlanShape.secrets],
      repository: record[PlanShape.repository], databases: draft.databases, services: draft.services,
      channels: draft.channels, steps: steps.compactMap { $0 }, finally: finally.compactMap { $0 },
      uses: draft.uses, references: draft.references, confirmation: record[PlanShape.confirmation],
      unread: unread, file: source.file, directory: source.directory, digest: planDigest,
      parts: PartDefinitions(digest: digest) { [sections = draft.sections] family, name in
        sections[family]?.entry(name).map { DefinitionText.of($0.value) }
      })
  }

  /// Reads every step of a section for its errors only.
  func readAll(_ node: Node?, _ decoding: inout Decoding) {
    guard case .sequence(let steps)? = node?.content else { return }
    for step in steps { _ = read(step, StepDefaults(), .seconds(60), &decoding) }
  }

  private func read(_ node: Node, _ defaults: StepDefaults, _ rto: Duration, _ decoding: inout Decoding)
    -> Step?
  {
    guard case .mapping(let entries) = node.content else {
      decoding.reportMismatch(node, expected: "a step, a mapping with `id` and `action`")
      return nil
    }
    let entry = registry.actions.select(node, &decoding)
    let record = Self.shape.read(entries, at: node.range, except: registry.actions.key, &decoding)
    let inputs = entry.map { entry -> Record? in
      let with = node.entry("with")?.value ?? Node(.mapping([]), range: node.range)
      return entry.declaration.shape.read(with, &decoding)
    }
    if let node = node["id"], let text = node.text, StepID(text) == nil {
      decoding.report(
        .badName, "`\(text)` is not a name for a step", at: node.range,
        hint: "kebab-case: lower-case letters, digits and hyphens, beginning with a letter, at most 63")
    }
    guard let entry, let record, let inputs, let inputs, let id = StepID(record[Self.id]) else { return nil }
    let notes = decoding.takeNotes()
    return Step(
      id: id, title: record[Self.title], actionName: entry.declaration.name, action: entry.make(inputs),
      needs: record[Self.needs], timeout: record[Self.timeout] ?? defaults.timeout ?? rto,
      retry: record[Self.retry] ?? .never, onFailure: record[Self.onFailure] ?? defaults.onFailure ?? .abort,
      modes: Set(record[Self.modes] ?? RunMode.allCases), estimate: record[Self.estimate], uses: notes.uses,
      references: notes.references, range: record.range(of: Self.id) ?? node.range,
      declaresTimeout: (record[Self.timeout] ?? defaults.timeout) != nil,
      declaresModes: record[Self.modes] != nil,
      definition: digest(DefinitionText.of(node)))
  }
}

/// The `defaults` section.
struct StepDefaults: Sendable {
  let timeout: Duration?
  let onFailure: FailurePolicy?

  init() {
    timeout = nil
    onFailure = nil
  }

  init(_ record: Record) {
    timeout = record[Self.timeoutKey]
    onFailure = record[Self.onFailureKey]
  }

  static let failurePolicy = ValueType<FailurePolicy>.choice("a failure policy")

  static let timeoutKey = Key<Duration?>.optional("timeout", .duration(), "how long a step may take")
  static let onFailureKey = Key<FailurePolicy?>.optional(
    "onFailure", failurePolicy, "what a step's failure does to the run")
  static let shape = Shape("the defaults", [timeoutKey.erased, onFailureKey.erased])
}
