import FoundationEssentials
public import Testing

/// Holds `actual` against the file `Golden/<name>` beside the test.
///
/// With `DRPLAN_RECORD=1` it writes the file and fails all the same, so that nobody records by accident: look at the
/// difference, then run again without.
public func assertGolden(
  _ actual: String, _ name: String, testFile: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = String(testFile[..<(testFile.lastIndex(of: "/") ?? testFile.endIndex)]) + "/Golden"
  let path = "\(folder)/\(name)"
  if ProcessInfo.processInfo.environment["DRPLAN_RECORD"] == "1" {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try actual.write(toFile: path, atomically: true, encoding: .utf8)
    Issue.record(
      "recorded Golden/\(name); look at it and run again without DRPLAN_RECORD",
      sourceLocation: sourceLocation)
    return
  }
  guard FileManager.default.fileExists(atPath: path) else {
    Issue.record("there is no Golden/\(name); record it with DRPLAN_RECORD=1", sourceLocation: sourceLocation)
    return
  }
  let expected = try String(contentsOfFile: path, encoding: .utf8)
  guard actual != expected else { return }
  Issue.record(
    "differs from Golden/\(name) \(firstDifference(actual, expected))\n--- actual\n\(actual)",
    sourceLocation: sourceLocation)
}

private func firstDifference(_ actual: String, _ expected: String) -> String {
  let left = actual.split(separator: "\n", omittingEmptySubsequences: false)
  let right = expected.split(separator: "\n", omittingEmptySubsequences: false)
  let index = zip(left, right).prefix { $0 == $1 }.count
  return """
    in line \(index + 1)
    expected: \(index < right.count ? String(right[index]) : "(end)")
    actual:   \(index < left.count ? String(left[index]) : "(end)")
    """
}
