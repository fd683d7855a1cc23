import FoundationEssentials

/// Prints records as JSON: sorted keys, indented, one final newline, the same text for the same record.
public enum JSONReport {
  /// One record.
  public static func text(_ record: RunRecord) -> String { encode(record) }

  /// The rows of a list of runs.
  public static func text(_ rows: [RunListRow]) -> String { encode(rows) }

  private static func encode(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    } catch {
      // Only a number that is not finite cannot be encoded, and the codec lets none into an event.
      preconditionFailure("a record cannot be written as JSON: \(error)")
    }
  }
}
