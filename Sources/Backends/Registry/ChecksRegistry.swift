import BackendKit
import Declarations

extension IntegrityCheck {
  fileprivate static var entry: KindFamily<any IntegrityCheck>.Entry { .init(declaration) { Self($0) } }
}

/// What proves data, in the order of the reference.
let checkFamily = KindFamily<any IntegrityCheck>(
  noun: "check", key: "type",
  entries: [
    EngineCheck.entry, ChecksumsCheck.entry, RowCountsCheck.entry, QueryCheck.entry, HTTPCheck.entry,
    TCPCheck.entry, CommandCheck.entry, RecoveryPointAgeCheck.entry,
  ])
