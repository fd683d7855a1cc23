import BackendKit
import Backends
import Declarations
import Diagnostics
import DrplanTestKit
import Testing

/// What every command has in common.
struct CommandLineTests {
  @Test(arguments: [
    (["run", "plan.yaml", "--dryrun"], "--dry-run"), (["run", "plan.yaml", "--comfirm", "x"], "--confirm"),
    (["valdate", "plan.yaml"], "validate"), (["snapshots", "lst", "x"], "list"),
    (["explain", "RestoreDatabse"], "RestoreDatabase"), (["validate", "--format", "jsn", "x"], "json"),
  ]) func aSlipIsRefusedWithTheNearestRightWord(_ arguments: [String], _ right: String) async throws {
    try await CLISession.run { session in
      let result = try await session.start(arguments).wait()
      #expect(result.status == 2)
      #expect(result.output.isEmpty)
      #expect(result.errorText.contains(right), "\(result)")
      #expect(!session.exists("state"))
    }
  }

  @Test func helpIsThereAtEveryLevel() async throws {
    try await CLISession.run { session in
      let commands = try await subcommands([], in: session)
      #expect(commands.count >= 10)
      for command in commands {
        for subcommand in try await subcommands([command], in: session) {
          #expect(try await subcommands([command, subcommand], in: session).isEmpty)
        }
      }
    }
  }

  /// The commands that the help of a command lists.
  private func subcommands(_ path: [String], in session: CLISession) async throws -> [String] {
    let result = try await session.start(path + ["--help"]).wait()
    #expect(result.status == 0 && !result.output.isEmpty && result.error.isEmpty, "\(path) \(result)")
    var isListed = false
    var found: [String] = []
    for line in result.text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.lowercased().contains("commands:") {
        isListed = true
      } else if line.isEmpty, !found.isEmpty {
        isListed = false
      }
      if isListed, line.hasPrefix("  "), !line.hasPrefix("   "), let word = line.split(separator: " ").first {
        found.append(String(word))
      }
    }
    return found
  }

  @Test(arguments: [
    ["--version"], ["man"], ["schema"], ["explain"], ["explain", "--format", "json"],
    ["completions", "bash"],
    ["completions", "zsh"], ["completions", "fish"], ["help"], ["--help"],
  ]) func whatNeedsNoPlanExitsWith0(_ arguments: [String]) async throws {
    try await CLISession.run { session in
      let result = try await session.start(arguments).wait()
      #expect(result.status == 0, "\(result)")
      #expect(!result.output.isEmpty && result.error.isEmpty)
      #expect(!session.exists("state"))
    }
  }

  @Test func theCompletionOfBashIsBash() async throws {
    try await CLISession.run { session in
      let script = try await session.drplan("completions", "bash")
      try session.write(script.output, to: "complete.sh")
      let checked = try await session.start(program: "/bin/bash", ["-n", "complete.sh"]).wait()
      #expect(checked.status == 0, "\(checked)")
    }
  }

  @Test func everyCodeAndKindAndSectionIsExplained() async throws {
    try await CLISession.run { session in
      let kinds = Backends.registry.declarations.map(\.declaration.name)
      let sections = try await session.drplan("explain", "--format", "json").json()["sections"].list
      #expect(sections.count > 5)
      for word in DiagnosticRule.all.map(\.code) + kinds + sections.compactMap(\.string) {
        let result = try await session.drplan("explain", word)
        #expect(result.status == 0 && result.text.contains(word) && result.error.isEmpty, "\(word) \(result)")
      }
    }
  }

  @Test func colourIsUsedWhenAskedForAlone() async throws {
    try await CLISession.run { session in
      try session.write("name: a\n", to: "plan.yaml")
      let isPainted = { (arguments: [String], environment: [String: String]) in
        try await session.start(["validate", "plan.yaml"] + arguments, environment: environment).wait()
          .text.contains("\u{1b}[")
      }
      #expect(try await !isPainted([], [:]))
      #expect(try await isPainted(["--color", "always"], [:]))
      #expect(try await isPainted(["--color=always"], ["NO_COLOR": "1"]))
      #expect(try await !isPainted(["--color", "never"], [:]))
    }
  }

  @Test func aTerminalIsColouredUnlessItIsNotWanted() async throws {
    try await CLISession.run { session in
      try session.write("name: a\n", to: "plan.yaml")
      func screen(_ environment: [String: String]) async throws -> String {
        let terminal = try PseudoTerminal()
        let process = try session.start(
          ["validate", "plan.yaml"], environment: environment, streams: .terminal(terminal))
        #expect(await terminal.shows("in plan.yaml"))
        #expect(try await process.wait().status == 2)
        return terminal.screen
      }
      #expect(try await screen([:]).contains("\u{1b}["))
      #expect(try await !screen(["NO_COLOR": "1"]).contains("\u{1b}["))
      #expect(try await !screen(["TERM": "dumb"]).contains("\u{1b}["))
    }
  }

  @Test func initWritesAValidPlanAndNeverOverwrites() async throws {
    try await CLISession.run { session in
      let first = try await session.drplan("init", "plans/orders.yaml")
      #expect(first.status == 0)
      let written = session.read("plans/orders.yaml")
      #expect(try await session.drplan("validate", "--strict", "plans/orders.yaml").status == 0)
      #expect(try await session.drplan("init", "plans/orders.yaml").status == 2)
      #expect(session.read("plans/orders.yaml") == written)
    }
  }

  @Test(arguments: ["text", "mermaid", "dot", "json"]) func theGraphIsDrawn(_ format: String) async throws {
    try await Shop.run { shop in
      let result = try await shop.session.drplan("graph", "plan.yaml", "--format", format)
      #expect(result.status == 0, "\(result)")
      for step in ["restore-orders", "restore-files", "verify"] { #expect(result.text.contains(step)) }
    }
  }
}
