import Diagnostics
import DrplanTestKit
import FoundationEssentials
import Testing

/// Broken plans in `Tests/Golden/plans`, each with the text that `drplan validate` prints for it.
struct GoldenPlanTests {
  static let tests = String(#filePath.split(separator: "/").dropLast(2).joined(separator: "/"))
  static let folder = "/\(tests)/Golden/plans"
  static let repository = "/" + tests.split(separator: "/").dropLast().joined(separator: "/")

  static func plans(in folder: String) -> [String] {
    // No folder, no plans: a test below counts them.
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".yaml") }.sorted()
  }

  static let broken = plans(in: folder)
  static let good = plans(in: folder + "/good")

  /// Codes that no plan's text can bring about.
  private static let beyondText: Set = [
    "DRP000",  // the file itself is missing
    "DRP107",  // no kind of this version has a size among its keys
  ]

  @Test(arguments: broken) func aBrokenPlanIsToldAsExpected(_ name: String) async throws {
    try await CLISession.run { session in
      try session.write(try Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)")), to: name)
      let result = try await session.drplan("validate", name)
      #expect(result.status == (result.text.contains(": error DRP") ? 2 : 0))
      #expect(result.error.isEmpty)
      #expect(name.hasPrefix("many") || result.text.contains(" \(name.prefix(6)) "), "\(result)")
      try assertGolden(
        result.text, "plans/\(name.dropLast(5)).expected.txt", testFile: "/\(Self.tests)/Golden.swift")
    }
  }

  @Test func aGoldenPlanBreaksEveryRule() throws {
    let shown = try Self.broken.map {
      try String(contentsOfFile: "\(Self.folder)/\($0.dropLast(5)).expected.txt", encoding: .utf8)
    }.joined()
    for rule in DiagnosticRule.all where !Self.beyondText.contains(rule.code) {
      #expect(shown.contains("\(rule.severity.rawValue) \(rule.code) \(rule.name): "), "\(rule.code)")
    }
  }

  @Test func allErrorsOfAPlanAreReportedInOneGoAndInOrder() async throws {
    try await CLISession.run { session in
      let file = "\(Self.folder)/many-errors.yaml"
      let result = try await session.drplan("validate", file, "--format", "json")
      let lines = try result.json()["diagnostics"].list.compactMap { $0["range"]["start"]["line"].number }
      #expect(lines.count >= 15, "\(result)")
      #expect(lines == lines.sorted())
    }
  }

  @Test(arguments: good) func aGoodPlanHasNoFindings(_ name: String) async throws {
    try await CLISession.run { session in
      let result = try await session.drplan("validate", "--strict", "\(Self.folder)/good/\(name)")
      #expect(result.status == 0, "\(result)")
    }
  }

  @Test(arguments: plans(in: repository + "/plans")) func aPlanOfTheRepositoryHasNoFindings(_ name: String)
    async throws
  {
    try await CLISession.run { session in
      let result = try await session.drplan("validate", "--strict", "\(Self.repository)/plans/\(name)")
      #expect(result.status == 0, "\(result)")
    }
  }
}
