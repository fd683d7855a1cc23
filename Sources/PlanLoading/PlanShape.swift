import BackendKit
import Declarations
import Diagnostics
import PlanModel
import PlanSyntax
import RunEvents
import Values

/// The keys of a plan's first level, each with the section that reads it.
struct PlanShape {
  private let registry: BackendRegistry

  static let apiVersion = Key.required("apiVersion", .text, "the version of the plan language: `drplan/v1`")
  static let kind = Key.required("kind", .text, "what the file is: `RecoveryPlan`")
  static let name = Key<String>.required("name", .kebabCase, "the plan's name")
  static let title = Key<String?>.optional("title", .text, "a title for people")
  static let description = Key<String?>.optional("description", .text, "what the plan recovers, for people")
  static let owner = Key<String?>.optional("owner", .text, "who answers for the plan")
  static let labels = Key<[NamedValue<String>]>.optional(
    "labels", ValueType<String>.text.named(), default: [], shownAs: "none", "free words for searching")
  static let objectives = Key.required(
    "objectives", ObjectiveSection.shape.value { ObjectiveSection.make($0) },
    "how fast the system must be back, and how much data it may lose")
  static let params = Key<Node?>.optional(
    "params",
    .raw(
      "a mapping of parameters",
      schema: ["type": "object", "additionalProperties": ParameterSection.shape.schema()]),
    "what a run can be told with `--param name=value`")
  static let secrets = Key<[NamedValue<SecretOrigin>]>.optional(
    "secrets", SecretSection.type.named(), default: [], shownAs: "none",
    "where secrets come from; never their values")
  static let repository = Key<RepositoryLocation?>.optional(
    "repository", RepositorySection.shape.value { RepositorySection.make($0) }, "where snapshots live")
  static let confirmation = Key<Confirmation?>.optional(
    "confirmation", .choice("a kind of confirmation"),
    "`Typed`: a recovery begins only when a person has typed the plan's name, or gave it by `--confirm`")
  static let defaults = Key<StepDefaults?>.optional(
    "defaults", StepDefaults.shape.value { StepDefaults($0) },
    "what holds for every step that does not say otherwise")
  private let databases: Key<[NamedValue<Database?>]>
  private let services: Key<[NamedValue<KindValue<any ServiceManager>>]>
  private let channels: Key<[NamedValue<KindValue<any Channel>>]>
  private let steps: Key<[Node]>
  private let finally: Key<[Node]>

  /// The whole first level.
  let shape: Shape

  init(registry: BackendRegistry) {
    self.registry = registry
    let section = StepSection(registry: registry, digest: { _ in .zero })
    databases = .optional(
      "databases", DatabaseSection(registry.engines).type.named(), default: [], shownAs: "none",
      "what holds data to recover")
    services = .optional(
      "services", registry.managers.flat(ServiceSection.common).named(), default: [], shownAs: "none",
      "what runs and is restarted")
    channels = .optional(
      "channels", registry.channels.flat(Shape("a channel", [])).named(), default: [], shownAs: "none",
      "where people are told")
    steps = .required(
      "steps", ValueType<Node>.raw("a step", schema: section.schema).list(atLeast: 1),
      "what is done, in what order")
    finally = .optional(
      "finally", ValueType<Node>.raw("a step", schema: section.schema).list(), default: [], shownAs: "none",
      "steps that always run at the end: after success, failure, Ctrl-C")
    shape = Shape(
      "a plan",
      [
        Self.apiVersion.erased, Self.kind.erased, Self.name.erased, Self.title.erased,
        Self.description.erased,
        Self.owner.erased, Self.labels.erased, Self.objectives.erased, Self.confirmation.erased,
        Self.params.erased,
        Self.secrets.erased,
        Self.repository.erased, databases.erased, services.erased, channels.erased, Self.defaults.erased,
        steps.erased,
        finally.erased,
      ],
      later: [
        LaterKey("drills", "drills on a schedule")
      ],
      synonyms: [
        "notifications": "channels", "parameters": "params", "options": "params", "tasks": "steps",
        "handlers": "finally",
      ])
  }

  /// Reads the first level; nil after reporting what is wrong with it.
  func read(_ root: Node, _ decoding: inout Decoding) -> PlanDraft? {
    guard checkVersion(root, &decoding) else { return nil }
    guard case .mapping(let all) = root.content else { return nil }
    // Keys that begin with `x-` are the home of anchors: nothing reads them.
    let record = shape.read(all.filter { !$0.key.hasPrefix("x-") }, at: root.range, &decoding)
    let notes = decoding.takeNotes()
    guard let record else {
      // Names and steps are read all the same, so that their errors are reported in the same go.
      checkNames(root, &decoding)
      readSteps(root, &decoding)
      return nil
    }
    let databases = record[databases].compactMap { named -> Database? in
      guard let id: DatabaseID = identifier(named.name, named.nameRange, "database", &decoding),
        var database = named.value
      else {
        return nil
      }
      database.id = id
      database.range = named.nameRange
      return database
    }
    let services = record[services].compactMap { named -> Service? in
      guard let id: ServiceID = identifier(named.name, named.nameRange, "service", &decoding) else {
        return nil
      }
      return ServiceSection.make(id, named)
    }
    let channels = record[channels].compactMap { named -> NamedChannel? in
      guard let id: ChannelID = identifier(named.name, named.nameRange, "channel", &decoding) else {
        return nil
      }
      return NamedChannel(
        id: id, typeName: named.value.kind, channel: named.value.product, range: named.nameRange)
    }
    guard
      let name: PlanName = identifier(
        record[Self.name], record.range(of: Self.name) ?? root.range, "plan", &decoding)
    else {
      readSteps(root, &decoding)
      return nil
    }
    return PlanDraft(
      name: name, record: record, databases: databases, services: services, channels: channels,
      uses: notes.uses, references: notes.references, declared: declaredNames(root),
      sections: Self.partSections.compactMapValues { root[$0] }, steps: record[steps],
      finally: record[finally])
  }

  private static let partSections: [NameUse.Family: String] = [
    .database: "databases", .service: "services", .channel: "channels", .secret: "secrets",
  ]

  /// Names as the text has them, read or not.
  private func declaredNames(_ root: Node) -> [NameUse.Family: Set<String>] {
    Self.partSections.mapValues { section in
      guard case .mapping(let entries)? = root[section]?.content else { return [] }
      return Set(entries.map(\.key))
    }
  }

  /// Reads the steps for their errors only, so that they are reported in the same go as those of the first level.
  private func readSteps(_ root: Node, _ decoding: inout Decoding) {
    let section = StepSection(registry: registry, digest: { _ in .zero })
    for key in ["steps", "finally"] { section.readAll(root[key], &decoding) }
  }

  private func checkNames(_ root: Node, _ decoding: inout Decoding) {
    if let node = root["name"], let text = node.text {
      let _: PlanName? = identifier(text, node.range, "plan", &decoding)
    }
    for (section, noun) in [("databases", "database"), ("services", "service"), ("channels", "channel")] {
      guard case .mapping(let entries)? = root[section]?.content else { continue }
      for entry in entries {
        let _: DatabaseID? = identifier(entry.key, entry.keyRange, noun, &decoding)
      }
    }
  }

  private func identifier<Kind>(
    _ text: String, _ range: SourceRange, _ noun: String, _ decoding: inout Decoding
  ) -> Identifier<Kind>? {
    if let identifier = Identifier<Kind>(text) { return identifier }
    decoding.report(
      .badName, "`\(text)` is not a name for a \(noun)", at: range,
      hint: "kebab-case: lower-case letters, digits and hyphens, beginning with a letter, at most 63")
    return nil
  }

  /// Another version or another kind of file would only bring a flood of misleading errors.
  private func checkVersion(_ root: Node, _ decoding: inout Decoding) -> Bool {
    var fits = true
    for (key, expected) in [("apiVersion", "drplan/v1"), ("kind", "RecoveryPlan")] {
      guard let node = root[key], node.text != expected else { continue }
      decoding.report(
        .badChoice, "`\(node.text ?? "this")` is not an `\(key)` that this version of drplan reads",
        at: node.range,
        hint: "write `\(key): \(expected)`")
      fits = false
    }
    return fits
  }
}

/// The first level of a plan, read; its steps not yet.
struct PlanDraft {
  let name: PlanName
  let record: Record
  let databases: [Database]
  let services: [Service]
  let channels: [NamedChannel]
  let uses: [NameUse]
  let references: [PlacedReference]
  let declared: [NameUse.Family: Set<String>]
  let sections: [NameUse.Family: Node]
  let steps: [Node]
  let finally: [Node]
}
