import BackendKit
import Declarations
import PlanModel
import PlanSyntax
import Values

/// One entry of the `databases` section: the engine decides which keys its places have.
struct DatabaseSection {
  private let engines: KindFamily<any DatabaseEngine>

  init(_ engines: KindFamily<any DatabaseEngine>) { self.engines = engines }

  enum BackupKind: String, CaseIterable, Sendable {
    case full = "Full"
  }

  static let backupType = Key.optional(
    "type", ValueType<BackupKind>.choice("a kind of snapshot"), default: .full, shownAs: "Full",
    "what a backup stores")
  static let backupShape = Shape(
    "the backup settings", [backupType.erased],
    later: [
      LaterKey("schedule", "backups on a schedule"), LaterKey("fullEvery", "a full snapshot now and then"),
      LaterKey("retention", "snapshots removed by age"),
    ])

  static let source = Key.required(
    "source", ValueType<Node>.raw("a place of the engine"), "where the database is backed up from")
  static let recovery = Key<Node?>.optional(
    "recovery", .raw("a place of the engine"), "where a real run restores to; the source if left out")
  static let drill = Key<Node?>.optional(
    "drill", .raw("a place of the engine"),
    "where a drill restores to, empty or not there; scratch space of drplan if left out")
  static let identity = Key<Node?>.optional(
    "identity", .raw("facts of the engine"),
    "what stands at the recovery place, by facts of the engine: proof that it is the one that the plan means")
  static let backup = Key<BackupKind?>.optional(
    "backup", backupShape.value { $0[backupType] }, "how the database is backed up")

  static let shape = Shape(
    "a database", [source.erased, recovery.erased, drill.erased, identity.erased, backup.erased])

  /// Reads one entry; its name and place are filled in by the caller.
  var type: ValueType<Database?> {
    let engines = engines
    return ValueType<Database?>("a database", schema: schema, nested: [Self.shape]) { node, decoding in
      let entry = engines.select(node, &decoding)
      guard case .mapping(let fields) = node.content else { return nil }
      let record = Self.shape.read(fields, at: node.range, except: engines.key, &decoding)
      guard let places = entry?.declaration.shape else { return nil }
      // Both places are read even if another key is wrong, so that their errors are reported in the same go.
      let source = node["source"].flatMap { places.read($0, &decoding) }
      let recovery = node["recovery"].flatMap { places.read($0, &decoding) }
      let drill = node["drill"].flatMap { places.read($0, &decoding) }
      let identity = node["identity"].map { entry?.declaration.identity.read($0, &decoding) }
      if let identity, identity == nil { return nil }
      guard let entry, record != nil, let source, let placeholder = DatabaseID("unnamed"),
        recovery != nil || node["recovery"] == nil, drill != nil || node["drill"] == nil
      else { return nil }
      return Database(
        id: placeholder, engineName: entry.declaration.name, source: entry.make(source),
        recovery: entry.make(recovery ?? source), drill: drill.map(entry.make),
        identity: (identity ?? nil).map { entry.declaration.facts($0) } ?? [:], range: node.range)
    }
  }

  private var schema: JSONValue {
    let branches = engines.entries.map { entry -> JSONValue in
      let place = entry.declaration.shape.schema()
      return [
        "if": ["properties": ["engine": ["const": .string(entry.declaration.name)]]],
        "then": [
          "properties": [
            "source": place, "recovery": place, "drill": place,
            "identity": entry.declaration.identity.schema(),
          ]
        ],
      ]
    }
    let names = engines.entries.map { JSONValue.string($0.declaration.name) }
    guard
      case .object(var members) = Self.shape.schema(also: [
        .init("engine", ["enum": .array(names), "description": "what holds the data"])
      ])
    else { return .object([]) }
    members.append(.init("allOf", .array(branches)))
    return .object(members)
  }
}
