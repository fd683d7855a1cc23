import DrplanTestKit
import FoundationEssentials
import Testing

/// What `drplan validate` says of files that are no plans.
struct ValidationTests {
  /// Refused with that code, in text on standard output alone and as nothing but JSON; nothing is left behind.
  private func refuses(
    _ file: String, _ code: String, in session: CLISession, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let text = try await session.drplan("validate", file)
    #expect(text.status == 2, "\(text)", sourceLocation: sourceLocation)
    #expect(text.text.contains("error \(code) "), "\(text)", sourceLocation: sourceLocation)
    #expect(text.error.isEmpty, "\(text)", sourceLocation: sourceLocation)
    let json = try await session.drplan("validate", file, "--format", "json")
    #expect(json.status == 2, sourceLocation: sourceLocation)
    #expect(json.error.isEmpty, sourceLocation: sourceLocation)
    let codes = try json.json()["diagnostics"].list.compactMap { $0["code"].string }
    #expect(codes.contains(code), "\(json)", sourceLocation: sourceLocation)
    let run = try await session.drplan("run", file)
    #expect(run.status == 2, "\(run)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty && run.errorText.contains(code), "\(run)", sourceLocation: sourceLocation)
    #expect(!session.exists("state"), sourceLocation: sourceLocation)
  }

  @Test func aMissingPlanIsRefused() async throws {
    try await CLISession.run { session in try await refuses("none.yaml", "DRP000", in: session) }
  }

  @Test func aFolderIsNoPlan() async throws {
    try await CLISession.run { session in
      try session.write("", to: "plans/x")
      try await refuses("plans", "DRP000", in: session)
    }
  }

  @Test func aPathThroughAFileIsRefused() async throws {
    try await CLISession.run { session in
      try session.write("", to: "file")
      try await refuses("file/plan.yaml", "DRP000", in: session)
    }
  }

  @Test func aPlanInLatin1IsRefused() async throws {
    try await CLISession.run { session in
      try session.write([0x6e, 0x61, 0x6d, 0x65, 0x3a, 0x20, 0xfc, 0x0a], to: "plan.yaml")
      try await refuses("plan.yaml", "DRP002", in: session)
    }
  }

  @Test func anEmptyFileIsRefused() async throws {
    try await CLISession.run { session in
      try session.write("", to: "plan.yaml")
      try await refuses("plan.yaml", "DRP006", in: session)
    }
  }

  @Test func twoDocumentsAreRefused() async throws {
    try await CLISession.run { session in
      try session.write("name: a\n---\nname: b\n", to: "plan.yaml")
      try await refuses("plan.yaml", "DRP007", in: session)
    }
  }

  @Test func aHundredMegabytesOfBracketsAreRefused() async throws {
    try await CLISession.run { session in
      try session.write(Data(repeating: UInt8(ascii: "["), count: 100_000_000), to: "plan.yaml")
      try await refuses("plan.yaml", "DRP004", in: session)
    }
  }

  @Test func deepNestingIsRefused() async throws {
    try await CLISession.run { session in
      try session.write(String(repeating: "[", count: 1_000_000), to: "plan.yaml")
      try await refuses("plan.yaml", "DRP004", in: session)
    }
  }

  @Test func aBombOfAliasesIsRefused() async throws {
    try await CLISession.run { session in
      var text = "x-a: &a [x, x, x, x, x, x, x, x, x, x]\n"
      for (before, name) in zip("abcdefghi", "bcdefghij") {
        text += "x-\(name): &\(name) [\(Array(repeating: "*\(before)", count: 10).joined(separator: ", "))]\n"
      }
      try session.write(text, to: "plan.yaml")
      try await refuses("plan.yaml", "DRP004", in: session)
    }
  }

  @Test func tabsDoNotIndent() async throws {
    try await CLISession.run { session in
      try session.write("name: a\nobjectives:\n\trto: 5m\n", to: "plan.yaml")
      try await refuses("plan.yaml", "DRP001", in: session)
    }
  }

  @Test func aValidPlanPrintsItsVerdictOnStandardOutputAlone() async throws {
    try await Shop.run { shop in
      let result = try await shop.session.drplan("validate", "plan.yaml")
      #expect(result.status == 0)
      #expect(result.text.hasPrefix("plan.yaml: valid, 3 steps"))
      #expect(result.error.isEmpty)
      #expect(!shop.session.exists("state"))
    }
  }

  @Test func aValidPlanIsAnEmptyListInJSON() async throws {
    try await Shop.run { shop in
      let result = try await shop.session.drplan("validate", "--format=json", "plan.yaml")
      #expect(result.status == 0)
      #expect(try result.json()["diagnostics"] == .array([]))
      #expect(result.error.isEmpty)
    }
  }

  @Test(arguments: [
    ["validate", "--format", "json"], ["validate", "plan.yaml", "--format=json", "--frobnicate"],
    ["run", "--format", "json"], ["frobnicate", "--format", "json"], ["run", "a", "b", "--format", "json"],
    ["runs", "show", "latest", "--format", "json"], ["runs", "--format", "json"],
    ["backup", "none.yaml", "--format", "json"], ["snapshots", "list", "none.yaml", "--format", "json"],
    ["run", "none.yaml", "--format", "json", "--declared-at", "noon"],
    ["run", "plan.yaml", "--format", "json", "--confirm", "other"], ["explain", "xyzzy", "--format", "json"],
  ]) func whoAsksForJSONGetsNothingElseOnStandardOutput(_ arguments: [String]) async throws {
    try await Shop.run { shop in
      let result = try await shop.session.start(arguments).wait()
      #expect([1, 2].contains(result.status), "\(result)")
      #expect(throws: Never.self, "\(result)") { try result.json() }
      #expect(result.error.isEmpty, "\(result)")
    }
  }

  @Test func severalPlansAreCheckedInOneGo() async throws {
    try await Shop.run { shop in
      try shop.session.write("name: a\n", to: "bad.yaml")
      let result = try await shop.session.drplan("validate", "plan.yaml", "none.yaml", "bad.yaml")
      #expect(result.status == 2)
      #expect(result.text.contains("plan.yaml: valid"))
      #expect(result.text.contains("none.yaml:1:1: error DRP000"))
      #expect(result.text.contains("bad.yaml:1:1: error DRP102"))
    }
  }

  @Test func strictCountsWarningsAsErrors() async throws {
    try await Shop.run { shop in
      try shop.plan(sections: "channels: {nobody: {type: Terminal}}\n")
      #expect(try await shop.session.drplan("validate", "plan.yaml").status == 0)
      let strict = try await shop.session.drplan("validate", "--strict", "plan.yaml")
      #expect(strict.status == 2)
      #expect(strict.text.contains("warning DRP210"))
    }
  }
}
