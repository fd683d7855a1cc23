import BackendKit
import Declarations
import Diagnostics
import PlanModel
import RunEvents
import Values

/// The `objectives` section.
enum ObjectiveSection {
  static let rto = Key.required(
    "rto", ValueType<Duration>.duration(), "recovery time objective: how fast the system must be back")
  static let rpo = Key.required(
    "rpo", ValueType<Duration>.duration(orZero: true),
    "recovery point objective: how much data may be lost, in time")
  static let mtd = Key<Duration?>.optional("mtd", .duration(), "maximum tolerable downtime")
  static let measuredFrom = Key.optional(
    "measuredFrom", ValueType<MeasuredFrom>.choice("an instant"), default: .declaration,
    shownAs: "Declaration",
    "from when the recovery time counts")
  static let restoredWhen = Key<StepID?>.optional(
    "restoredWhen", stepName, "the step whose success stops the clock; the last VerifyIntegrity if left out")
  static let notifyAtRisk = Key<[ChannelID]>.optional(
    "notifyAtRisk", ValueType<ChannelID>.name(.channel).list(), default: [], shownAs: "none",
    "channels that are told, once, as soon as the recovery is going to be too late")
  static let stepName = ValueType<String>.text.map("the id of a step") { text, node, decoding -> StepID? in
    if let id = StepID(text) { return id }
    decoding.report(.badName, "`\(text)` is not the name of a step", at: node)
    return nil
  }

  static let shape = Shape(
    "the objectives",
    [
      rto.erased, rpo.erased, mtd.erased, measuredFrom.erased, restoredWhen.erased, notifyAtRisk.erased,
    ])

  static func make(_ record: Record) -> Objectives {
    Objectives(
      rto: record[rto], rpo: record[rpo], mtd: record[mtd], measuredFrom: record[measuredFrom],
      restoredWhen: record[restoredWhen], notifyAtRisk: record[notifyAtRisk],
      range: record.range(of: rto) ?? record.range,
      restoredWhenRange: record.range(of: restoredWhen))
  }
}

/// One entry of the `secrets` section.
enum SecretSection {
  static let env = Key<String?>.optional(
    "env", .environmentName, "an environment variable of drplan's process")
  static let file = Key<String?>.optional("file", .path, "a file that holds the secret and nothing else")
  static let command = Key<[Template]?>.optional(
    "command", .arguments, "a command that prints the secret; run without a shell")

  static let shape = Shape(
    "a secret", [env.erased, file.erased, command.erased], rules: [.exactlyOne(["env", "file", "command"])],
    later: [LaterKey("vault", "a secret of a HashiCorp Vault server; use `command: [vault, kv, get, ...]`")])

  static let type = shape.value { record -> SecretOrigin in
    if let name = record[env] { return .environment(name) }
    if let path = record[file] { return .file(path) }
    return .command(record[command] ?? [])
  }
}

/// The `repository` section.
enum RepositorySection {
  static let directory = Key.required("directory", .path, "a directory, best on another machine's storage")

  static let shape = Shape(
    "the repository", [directory.erased],
    later: [
      LaterKey("s3", "S3-compatible object storage"), LaterKey("encryptionKey", "encryption of snapshots"),
      LaterKey("accessKey", "access to object storage"), LaterKey("secretKey", "access to object storage"),
    ])

  static func make(_ record: Record) -> RepositoryLocation {
    RepositoryLocation(directory: record[directory], range: record.range(of: directory) ?? record.range)
  }
}

/// One entry of the `services` section, beside the manager's own keys.
enum ServiceSection {
  static let ready = Key<Readiness?>.optional(
    "ready", ReadinessDeclaration.valueType, "how to tell that the service is ready")
  static let common = Shape("a service", [ready.erased])

  static func make(_ id: ServiceID, _ named: NamedValue<KindValue<any ServiceManager>>) -> Service {
    Service(
      binding: ServiceBinding(id: id, manager: named.value.product, readiness: named.value.record[ready]),
      managerName: named.value.kind, range: named.nameRange)
  }
}
