import DrplanTestKit
import FoundationEssentials
import Testing

/// What tests of runs that are carried on, undone or let go of have in common.
extension Shop {
  /// A step that runs a line of shell; `$` is written twice.
  static func step(
    _ id: String, needs: [String] = [], _ script: String, more: String = "", with keys: String = ""
  ) -> String {
    """
      - id: \(id)
        action: RunCommand
        needs: [\(needs.joined(separator: ", "))]
    \(more.isEmpty ? "" : "    \(more)\n")    with: {command: [sh, -c, "\(script)"]\(keys.isEmpty ? "" : ", \(keys)")}

    """
  }

  /// A step that leaves a line with its name in `ran` each time it runs.
  static func counted(
    _ id: String, needs: [String] = [], then script: String = ":", more: String = "", with keys: String = ""
  ) -> String {
    step(id, needs: needs, "echo \(id) >> ran; \(script)", more: more, with: keys)
  }

  /// The steps of `counted` that ran, in order.
  var ran: [String] { session.read("ran").split(separator: "\n").map(String.init) }

  /// Makes the condition true that a step looks at.
  func touch(_ name: String) throws { try session.write("", to: name) }

  /// The last run, from its journal alone.
  func show() async throws -> CLIJSON {
    try await session.drplan("runs", "show", "latest", "--format", "json").json()
  }

  /// The name of the last run.
  func lastRun() throws -> String { try #require(session.names(in: "state/runs").last) }

  /// Carries on the last run with a JSON record.
  func resume(_ arguments: String...) async throws -> CLIResult {
    try await session.start(["resume", "latest", "--format", "json"] + arguments).wait()
  }

  /// The kinds of the last run's events, in order, without namespace and version.
  func events(_ kinds: Set<String>) throws -> [String] {
    try (journals().last ?? "").split(separator: "\n").compactMap { line in
      let event = try CLIJSON(Array(line.utf8))
      let kind = (event["type"].string ?? "").split(separator: ".").dropLast().suffix(2).joined(
        separator: ".")
      guard kinds.contains(kind) else { return nil }
      return [kind, event["data"]["step"].string].compactMap(\.self).joined(separator: " ")
    }
  }

  /// The last run's journal must be as it was written.
  func requireIntact(sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let result = try await session.drplan("runs", "verify", "latest")
    #expect(result.status == 0, "\(result)", sourceLocation: sourceLocation)
  }

  /// The command must be refused with that status and those words, and change nothing.
  func requireRefused(
    _ arguments: [String], status: Int32 = 2, _ words: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let before = try everything()
    let result = try await session.start(arguments).wait()
    #expect(
      result.status == status && result.errorText.contains(words), "\(result)", sourceLocation: sourceLocation
    )
    #expect(result.output.isEmpty, "\(result)", sourceLocation: sourceLocation)
    #expect(try everything() == before, sourceLocation: sourceLocation)
  }
}
