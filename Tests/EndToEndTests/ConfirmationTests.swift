import DrplanTestKit
import Testing

/// Plans that want their name typed before a recovery.
struct ConfirmationTests {
  private func shop(_ body: @escaping @Sendable (Shop) async throws -> Void) async throws {
    try await Shop.run { shop in
      try shop.plan(Shop.restoreOrders + Shop.verifyOrders, sections: "confirmation: Typed\n")
      try await shop.backUp()
      try await body(shop)
    }
  }

  @Test func withoutATerminalItIsRefusedNamingTheOption() async throws {
    try await shop { shop in
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 2, "\(result)")
      #expect(result.errorText.contains("add `--confirm shop`; nothing was touched"), "\(result)")
      #expect(shop.journals().isEmpty)
    }
  }

  @Test func theOptionConfirms() async throws {
    try await shop { shop in
      #expect(try await shop.recover("--confirm", "shop").status == 0)
      let wrong = try await shop.recover("--confirm", "ship")
      #expect(wrong.status == 2 && wrong.text.contains("called `shop`, not `ship`"), "\(wrong)")
    }
  }

  @Test func onATerminalItAsks() async throws {
    try await shop { shop in
      let terminal = try PseudoTerminal()
      let run = try shop.session.start(["run", "plan.yaml"], streams: .terminal(terminal))
      #expect(await terminal.shows("Type the plan's name to go on: "))
      #expect(terminal.screen.contains("A recovery may replace orders ("))
      terminal.type("shop\r")
      #expect(try await run.wait().status == 0, "\(terminal.screen)")
    }
  }

  @Test(arguments: ["ship\r", "\r", "\u{4}"]) func anythingElseThatIsTypedEndsIt(_ typed: String) async throws
  {
    try await shop { shop in
      let terminal = try PseudoTerminal()
      let run = try shop.session.start(["run", "plan.yaml"], streams: .terminal(terminal))
      try #require(await terminal.shows("Type the plan's name to go on: "))
      terminal.type(typed)
      #expect(try await run.wait().status == 2, "\(terminal.screen)")
      #expect(await terminal.shows("nothing was touched"))
      #expect(shop.journals().isEmpty)
    }
  }

  @Test func ctrlCAtTheQuestionEndsItWithoutARun() async throws {
    try await shop { shop in
      let terminal = try PseudoTerminal()
      let run = try shop.session.start(["run", "plan.yaml"], streams: .terminal(terminal))
      try #require(await terminal.shows("Type the plan's name to go on: "))
      terminal.type("\u{3}")
      #expect(try await run.wait().status == 130)
      #expect(shop.journals().isEmpty)
    }
  }

  @Test func forMachinesItNeverAsks() async throws {
    try await shop { shop in
      let terminal = try PseudoTerminal()
      let run = try shop.session.start(
        ["run", "plan.yaml", "--format", "json"], streams: .terminal(terminal))
      #expect(try await run.wait().status == 2)
      #expect(await terminal.shows("add `--confirm shop`"))
    }
  }

  @Test(arguments: ["--dry-run", "--dry-run=probe"]) func aDryRunNeverAsks(_ option: String) async throws {
    try await shop { shop in
      let result = try await shop.session.drplan("run", "plan.yaml", option)
      #expect(result.status == 0, "\(result)")
    }
  }

  @Test func anotherWordThanTypedIsNoKindOfConfirmation() async throws {
    try await Shop.run { shop in
      try shop.plan(sections: "confirmation: Never\n")
      let result = try await shop.session.drplan("validate", "plan.yaml")
      #expect(result.status == 2 && result.text.contains("`Never` is not one of Typed"), "\(result)")
    }
  }
}
