import BackendKit
import HostSystem
import Values

/// Finds and reads the records of snapshots.
struct SnapshotLister {
  let layout: RepositoryLayout

  /// Every record of one database or of all; nothing that looks like one is left out in silence.
  func list(_ database: DatabaseID?, _ flag: CancellationFlag) throws(SnapshotError) -> SnapshotListing {
    var records: [SnapshotRecord] = []
    var damaged: [SnapshotListing.Damaged] = []
    for name in try names(layout.series) {
      let place = "series/\(name)/snapshots"
      guard let series = DatabaseID(name) else {
        damaged.append(
          .init(name: "series/\(name)", database: nil, reason: "its name is not that of a database"))
        continue
      }
      if let database, database != series { continue }
      for file in try names("\(layout.root)/\(place)") {
        if flag.isCancelled { throw .cancelled }
        // Records on their way, or left by a backup that died: never committed.
        if file.contains(".json.tmp-") { continue }
        guard file.hasSuffix(".json"), let id = SnapshotID(String(file.dropLast(5))) else {
          damaged.append(
            .init(name: "\(place)/\(file)", database: series, reason: "its name is not that of a record"))
          continue
        }
        switch read(id, series) {
        case .success(let record): records.append(record)
        case .failure(let error):
          damaged.append(.init(name: "\(place)/\(file)", database: series, reason: error.reason))
        }
      }
    }
    return SnapshotListing(snapshots: records, damaged: damaged)
  }

  /// One record, checked.
  func record(_ id: SnapshotID, of database: DatabaseID) throws(SnapshotError) -> SnapshotRecord {
    try RepositoryDescription.check(layout)
    guard PathAccess.exists(layout.record(id, of: database)) else {
      throw SnapshotError(
        .snapshotMissing, "there is no snapshot `\(id)` of `\(database)` in `\(layout.root)`",
        remedy: "list the snapshots there are")
    }
    switch read(id, database) {
    case .success(let record): return record
    case .failure(let error):
      throw .damaged("the record of snapshot `\(id)` of `\(database)` cannot be used: \(error.reason)")
    }
  }

  private func read(
    _ id: SnapshotID, _ database: DatabaseID
  ) -> Result<SnapshotRecord, RecordFile.DamagedRecord> {
    do {
      let bytes = try DurableFile.read(layout.record(id, of: database), limit: RecordFile.sizeLimit)
      return RecordFile.open(bytes, id: id, database: database)
    } catch {
      return .failure(RecordFile.DamagedRecord(reason: "\(error)"))
    }
  }

  private func names(_ path: String) throws(SnapshotError) -> [String] {
    do {
      let names = try DirectoryReader.names(in: FileDescriptor.directory(path), path: path)
      return names.map { String(decoding: $0, as: UTF8.self) }
    } catch {
      if error.isMissing { return [] }
      throw SnapshotError(error, doing: "cannot list snapshots")
    }
  }
}
