import BackendKit
import FoundationEssentials
import HostSystem
import Values

/// The bytes of a snapshot's record: JSON with sorted keys, sealed with the SHA-256 of itself.
enum RecordFile {
  /// Far more than the largest record: one of a thousand packs has 110 KB.
  static let sizeLimit = 256 << 20

  /// The record with its seal, and its bytes.
  static func seal(_ record: SnapshotRecord) throws(SnapshotError) -> (record: SnapshotRecord, bytes: [UInt8])
  {
    var record = record
    record.seal = .zero
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var bytes: [UInt8]
    do { bytes = Array(try encoder.encode(record)) + [UInt8(ascii: "\n")] } catch {
      throw SnapshotError(.io, "the snapshot's record cannot be written as JSON: \(error)")
    }
    guard let digits = sealDigits(in: bytes) else {
      throw SnapshotError(.io, "the snapshot's record has no single place for its seal")
    }
    record.seal = SHA256Hasher.digest(bytes)
    bytes.replaceSubrange(digits, with: Array(record.seal.description.utf8))
    return (record, bytes)
  }

  /// Reads a record and checks its seal and that it is what its place says; the text says what is wrong.
  static func open(
    _ bytes: [UInt8], id: SnapshotID, database: DatabaseID
  ) -> Result<SnapshotRecord, DamagedRecord> {
    let record: SnapshotRecord
    do { record = try JSONDecoder().decode(SnapshotRecord.self, from: Data(bytes)) } catch {
      return .failure(DamagedRecord(reason: "it is not the JSON of a snapshot's record"))
    }
    guard record.schemaVersion == 1 else {
      return .failure(
        DamagedRecord(reason: "it has version \(record.schemaVersion), this program knows version 1"))
    }
    guard let digits = sealDigits(in: bytes) else {
      return .failure(DamagedRecord(reason: "it has no seal, or more than one"))
    }
    var unsealed = bytes
    for index in digits { unsealed[index] = UInt8(ascii: "0") }
    guard SHA256Hasher.digest(unsealed) == record.seal else {
      return .failure(DamagedRecord(reason: "its seal does not match: it was changed after it was written"))
    }
    guard record.id == id, record.database == database else {
      return .failure(
        DamagedRecord(
          reason: "it is the record of snapshot `\(record.id)` of `\(record.database)`, not of its name"))
    }
    return .success(record)
  }

  struct DamagedRecord: Error { let reason: String }

  /// Where the 64 digits of the seal are; nil unless there is exactly one at the top level's form `  "seal" : "…"`.
  private static func sealDigits(in bytes: [UInt8]) -> Range<Int>? {
    // Two spaces after a line break: the top level. Within strings a line break would be escaped.
    let key = Array("\n  \"seal\" : \"".utf8)
    var found: Range<Int>?
    var index = 0
    while let at = bytes[index...].firstIndex(of: key[0]) {
      if bytes[at...].starts(with: key) {
        guard found == nil, at + key.count + 65 <= bytes.count,
          bytes[at + key.count + 64] == UInt8(ascii: "\"")
        else { return nil }
        found = at + key.count..<at + key.count + 64
      }
      index = at + 1
    }
    return found
  }
}
