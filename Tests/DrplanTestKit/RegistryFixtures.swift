public import BackendKit
import Declarations
import PlanModel
import RunEvents
public import Values

/// A small set of kinds that look like the real ones and do nothing, for tests of reading and checking plans.
public enum RegistryFixtures {
  /// One or two kinds of every family.
  public static let registry = BackendRegistry(
    actions: KindFamily(
      noun: "action", key: "action",
      entries: [
        .init(RestoreFixture.declaration) { RestoreFixture($0) },
        .init(VerifyFixture.declaration) { VerifyFixture($0) },
        .init(RestartFixture.declaration) { RestartFixture($0) },
        .init(NotifyFixture.declaration) { NotifyFixture($0) },
        .init(CommandFixture.declaration) { CommandFixture($0) },
      ],
      later: [LaterKey("Approve", "a question to people")]),
    engines: KindFamily(
      noun: "engine", key: "engine",
      entries: [
        .init(EngineFixture.sqlite) { EngineFixture($0, named: "SQLite") },
        .init(EngineFixture.files) { EngineFixture($0, named: "Files") },
      ],
      later: [LaterKey("PostgreSQL", "a PostgreSQL server")]),
    managers: KindFamily(
      noun: "manager", key: "manager",
      entries: [.init(ManagerFixture.declaration) { ManagerFixture($0) }]),
    channels: KindFamily(
      noun: "channel", key: "type",
      entries: [
        .init(ChannelFixture.terminal) { ChannelFixture($0) },
        .init(ChannelFixture.slack) { ChannelFixture($0) },
      ]),
    checks: checks)

  static let checks = KindFamily<any IntegrityCheck>(
    noun: "check", key: "type",
    entries: [
      .init(CheckFixture.engineCheck) { CheckFixture($0, needs: nil) },
      .init(CheckFixture.rowCounts) { CheckFixture($0, needs: "SQLite") },
      .init(CheckFixture.recoveryPointAge) { CheckFixture($0, needs: nil, readsData: false) },
    ])

  /// Stands in for SHA-256: equal texts have equal digests, others do not in practice (FNV-1a four times).
  @Sendable public static func digest(_ bytes: [UInt8]) -> SHA256Digest {
    var output: [UInt8] = []
    for lane in 0..<UInt64(4) {
      var hash: UInt64 = 0xcbf2_9ce4_8422_2325 &+ lane
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      for shift in stride(from: UInt64(0), to: 64, by: 8) {
        output.append(UInt8(truncatingIfNeeded: hash >> shift))
      }
    }
    return SHA256Digest(bytes: output) ?? .zero
  }

  static let refusal = StepFailure(.system, "fixtures do nothing", isRetryable: false)
}
