import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Interruptions, lost terminals and lost readers.
struct SignalTests {
  /// A plan whose first step runs until it is told to go on, and starts a child of its own.
  private func plan(_ shop: Shop) throws {
    try shop.plan(
      """
        - id: wait
          action: RunCommand
          needs: []
          with: {command: [sh, -c, "sleep 600 & child=$$!; touch running; while [ ! -e go ]; do sleep 0.02; done; kill $$child"]}

      """ + Shop.restoreOrders.replacing("needs: []", with: "needs: [wait]") + Shop.verifyOrders
        + "\nfinally:\n  - id: close\n    action: RunCommand\n    with: {command: [touch, closed]}\n")
  }

  /// Starts the run and returns when its first step is at work.
  private func started(
    _ shop: Shop, _ arguments: [String] = [], streams: CLIProcess.Streams = .captured
  ) async throws -> CLIProcess {
    try plan(shop)
    try await shop.backUp()
    let run = try shop.session.start(["run", "plan.yaml"] + arguments, streams: streams)
    try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
    return run
  }

  /// The plan with a last step that never ends.
  private func hangingFinally(_ shop: Shop) throws {
    try plan(shop)
    let text = shop.session.read("plan.yaml")
    try shop.session.write(
      text.replacing("[touch, closed]", with: "[sh, -c, \"touch closing; exec sleep 600\"]"), to: "plan.yaml")
  }

  /// Takes what a pipe holds now.
  private static func drain(_ reader: Int32) {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while read(reader, &buffer, buffer.count) > 0 {}
  }

  private func record(_ shop: Shop) async throws -> CLIJSON {
    try await shop.session.drplan("runs", "show", "latest", "--format", "json").json()
  }

  @Test func ctrlCEndsTheChildrenRunsFinallyAndExitsWith130() async throws {
    try await Shop.run { shop in
      let terminal = try PseudoTerminal()
      let run = try await started(shop, streams: .terminal(terminal))
      let before = try shop.live()
      terminal.type("\u{3}")
      #expect(await terminal.shows("once more stops at once"))
      let result = try await run.wait()
      #expect(result.status == 130, "\(terminal.screen)")
      #expect(shop.session.exists("closed"))
      // A killed process is gone a moment after the kill.
      #expect(await CLIDeadline.holds { shop.session.processes.isEmpty })
      let record = try await record(shop)
      #expect(record["result"].string == "Interrupted" && record["exitCode"].number == 130)
      #expect(record["steps"].first("id", "wait")["state"].string == "Cancelled")
      #expect(record["steps"].first("id", "close")["state"].string == "Succeeded")
      #expect(try shop.live() == before)
    }
  }

  @Test func aSecondCtrlCStopsAtOnce() async throws {
    try await Shop.run { shop in
      let terminal = try PseudoTerminal()
      try hangingFinally(shop)
      try await shop.backUp()
      let run = try shop.session.start(["run", "plan.yaml"], streams: .terminal(terminal))
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      terminal.type("\u{3}")
      try #require(await CLIDeadline.holds { shop.session.exists("closing") || run.hasEnded })
      terminal.type("\u{3}")
      #expect(await terminal.shows("stopping at once"))
      #expect(try await run.wait().status == 130)
      // A killed process is gone a moment after the kill.
      #expect(await CLIDeadline.holds { shop.session.processes.isEmpty })
      #expect(try await record(shop)["result"].string == "Interrupted")
    }
  }

  @Test func sigtermEndsARunLikeCtrlCAndExitsWith143() async throws {
    try await Shop.run { shop in
      let run = try await started(shop)
      run.signal(SIGTERM)
      let result = try await run.wait()
      #expect(result.status == 143, "\(result)")
      #expect(shop.session.exists("closed"))
      // A killed process is gone a moment after the kill.
      #expect(await CLIDeadline.holds { shop.session.processes.isEmpty })
      #expect(try await record(shop)["signal"].string?.contains("TERM") == true)
    }
  }

  @Test func aSecondSigtermStopsAtOnceAndExitsWith143() async throws {
    try await Shop.run { shop in
      try hangingFinally(shop)
      try await shop.backUp()
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      run.signal(SIGTERM)
      try #require(await CLIDeadline.holds { shop.session.exists("closing") || run.hasEnded })
      run.signal(SIGTERM)
      let result = try await run.wait()
      #expect(result.status == 143, "\(result)")
      #expect(await CLIDeadline.holds { shop.session.processes.isEmpty })
      #expect(try await record(shop)["result"].string == "Interrupted")
    }
  }

  @Test func aStepThatHearsNoSignalIsKilledAndDoesNotHoldTheRun() async throws {
    try await Shop.run { shop in
      try plan(shop)
      let text = shop.session.read("plan.yaml")
      try shop.session.write(
        text.replacing("sleep 600 & child", with: "trap '' HUP INT TERM; sleep 600 & child"), to: "plan.yaml")
      try await shop.backUp()
      let terminal = try PseudoTerminal()
      let run = try shop.session.start(["run", "plan.yaml"], streams: .terminal(terminal))
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      let before = try shop.live()
      terminal.type("\u{3}")
      #expect(try await run.wait().status == 130, "\(terminal.screen)")
      #expect(await CLIDeadline.holds { shop.session.processes.isEmpty })
      #expect(shop.session.exists("closed"))
      #expect(try shop.live() == before)
    }
  }

  @Test func aHangUpChangesNothing() async throws {
    try await Shop.run { shop in
      let run = try await started(shop)
      run.signal(SIGHUP)
      try shop.session.write("", to: "go")
      let result = try await run.wait()
      #expect(result.status == 0, "\(result)")
    }
  }

  @Test func aTerminalThatIsClosedChangesNothing() async throws {
    try await Shop.run { shop in
      var terminal: PseudoTerminal? = try PseudoTerminal()
      let run = try await started(shop, streams: .terminal(try #require(terminal)))
      terminal = nil
      #expect(terminal == nil)
      try shop.session.write("", to: "go")
      #expect(try await run.wait().status == 0)
      #expect(try await record(shop)["result"].string == "Recovered")
    }
  }

  /// The run comes to its end while nobody reads; what is left to print waits for the reader.
  @Test(arguments: ["out", "err"]) func aFullPipeHoldsUpNoRecovery(_ full: String) async throws {
    try await Shop.run { shop in
      let pipe = shop.session.path(full)
      try #require(mkfifo(pipe, 0o600) == 0)
      let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      let filler = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      try shop.session.write("", to: "other")
      let other = shop.session.path("other")
      let run = try await started(
        shop, streams: .files(output: full == "out" ? pipe : other, error: full == "err" ? pipe : other))
      var byte: UInt8 = 0x2e
      while write(filler, &byte, 1) == 1 {}
      close(filler)
      try shop.session.write("", to: "go")
      #expect(await CLIDeadline.holds { shop.journals().last?.contains("dev.drplan.run.finished") == true })
      #expect(
        await CLIDeadline.holds {
          Self.drain(reader)
          return run.hasEnded
        })
      close(reader)
      #expect(try await run.wait().status == 0)
      #expect(try await record(shop)["result"].string == "Recovered")
    }
  }

  /// Once everything is on record, a run that waits for the reader of its report ends by a signal.
  @Test func aFinishedRunThatNobodyReadsEndsByASignal() async throws {
    try await Shop.run { shop in
      let pipe = shop.session.path("out")
      try #require(mkfifo(pipe, 0o600) == 0)
      let reader = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
      let filler = open(pipe, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      try shop.session.write("", to: "other")
      let run = try await started(
        shop, streams: .files(output: pipe, error: shop.session.path("other")))
      var byte: UInt8 = 0x2e
      while write(filler, &byte, 1) == 1 {}
      close(filler)
      try shop.session.write("", to: "go")
      #expect(await CLIDeadline.holds { shop.journals().last?.contains("dev.drplan.run.finished") == true })
      #expect(
        await CLIDeadline.holds {
          kill(run.pid, SIGTERM)
          return run.hasEnded
        })
      // Whether it ended or not, so that nothing outlives the test.
      Self.drain(reader)
      close(reader)
      _ = try await run.wait()
      #expect(try await record(shop)["result"].string == "Recovered")
    }
  }

  @Test func aReaderThatGoesAwayChangesNothing() async throws {
    try await Shop.run { shop in
      let pipes = ["out", "err"].map { shop.session.path($0) }
      for pipe in pipes { try #require(mkfifo(pipe, 0o600) == 0) }
      let readers = pipes.map { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
      let run = try await started(shop, streams: .files(output: pipes[0], error: pipes[1]))
      for reader in readers { close(reader) }
      try shop.session.write("", to: "go")
      #expect(try await run.wait().status == 0)
      #expect(try await record(shop)["result"].string == "Recovered")
    }
  }

  @Test func aTerminalShowsProgressThatIsRedrawn() async throws {
    try await Shop.run { shop in
      let terminal = try PseudoTerminal()
      let run = try await started(shop, streams: .errorOn(terminal))
      #expect(await terminal.shows("RTO left"))
      #expect(await terminal.shows("\u{1b}["))
      try shop.session.write("", to: "go")
      let result = try await run.wait()
      #expect(result.status == 0)
      #expect(result.text.contains("Recovered in") && !result.text.contains("\u{1b}"))
    }
  }

  @Test(arguments: [["--no-progress"], ["--color", "never", "--no-progress"]])
  func withoutProgressATerminalGetsPlainLines(_ arguments: [String]) async throws {
    try await Shop.run { shop in
      let terminal = try PseudoTerminal()
      let run = try await started(shop, arguments, streams: .errorOn(terminal))
      try shop.session.write("", to: "go")
      #expect(try await run.wait().status == 0)
      #expect(!terminal.screen.contains("\u{1b}[J") && !terminal.screen.contains("RTO left"))
      #expect(terminal.screen.contains("verify"))
    }
  }

  @Test func aPipeGetsPlainLines() async throws {
    try await Shop.run { shop in
      let run = try await started(shop)
      try shop.session.write("", to: "go")
      let result = try await run.wait()
      #expect(result.status == 0)
      #expect(!result.errorText.contains("\u{1b}") && !result.errorText.contains("\r"))
      #expect(result.errorText.split(separator: "\n").count >= 8, "\(result)")
    }
  }

  @Test func eventsForAPipeThatNobodyReadsAreRefusedBeforeAnythingChanges() async throws {
    try await Shop.run { shop in
      try plan(shop)
      try await shop.backUp()
      let before = try shop.live()
      let made = try await shop.session.start(program: "/usr/bin/mkfifo", ["events"]).wait()
      try #require(made.status == 0)
      let result = try await shop.session.drplan("run", "plan.yaml", "--events", "events")
      #expect(result.status == 2, "\(result)")
      #expect(result.errorText.contains("events cannot be written"))
      #expect(try shop.live() == before)
    }
  }
}
