import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

/// Runs that want the same thing: by real processes, of which some are killed, stopped or taken over.
struct LockTests {
  private static let wait = """
      - id: wait
        action: RunCommand
        needs: []
        with: {command: [sh, -c, "touch running; while [ ! -e go ]; do sleep 0.05; done"]}

    """
  private static let restore = """
      - id: restore-orders
        action: RestoreDatabase
        needs: [wait]
        with: {database: orders}

    """

  /// A shop whose plan holds its locks until `go` is there, with snapshots and lost data.
  private func inShop(_ body: @escaping @Sendable (Shop) async throws -> Void) async throws {
    try await Shop.run { shop in
      try shop.plan(Self.wait + Self.restore + Shop.verifyOrders)
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5")
      try await body(shop)
    }
  }

  private func holder(_ shop: Shop) async throws -> CLIProcess {
    let run = try shop.session.start(["run", "plan.yaml", "--format", "json"])
    try #require(await CLIDeadline.holds { shop.session.exists("running") })
    return run
  }

  private func allVerify(_ shop: Shop, count: Int) async throws {
    let runs = shop.session.names(in: "state/runs")
    #expect(runs.count == count)
    for run in runs {
      let verified = try await shop.session.drplan("runs", "verify", run)
      #expect(verified.status == 0, "\(verified)")
    }
  }

  private func lockFile(_ shop: Shop) throws -> String {
    "state/locks/" + (try #require(shop.session.names(in: "state/locks").first))
  }

  @Test func of20RunsOfOnePlanOneRunsAnd19NameIt() async throws {
    try await inShop { shop in
      let runs = try (0..<20).map { _ in try shop.session.start(["run", "plan.yaml", "--format", "json"]) }
      try #require(await CLIDeadline.holds { runs.filter(\.hasEnded).count == 19 })
      let winner = try #require(runs.first { !$0.hasEnded })
      let id = try #require(shop.session.names(in: "state/runs").first)
      for run in runs where run.pid != winner.pid {
        let result = try await run.wait()
        #expect(result.status == 11, "\(result)")
        #expect(
          result.text.contains("is being changed by run \(id) (process \(winner.pid) of "), "\(result)")
        #expect(result.text.contains(" on \(HostFacts.hostName), since 2"), "\(result)")
      }
      #expect(try await shop.orders() == 5)
      try shop.session.write("", to: "go")
      let won = try await winner.wait()
      #expect(won.status == 0, "\(won)")
      #expect(try await shop.orders() == 20)
      #expect(!shop.journals()[0].contains("lock.takenover"))
      try await allVerify(shop, count: 1)
      // Signed off: two lines of numbers and nobody's name.
      #expect(shop.session.bytes(try lockFile(shop)).count == 81)
    }
  }

  @Test func whoTakesOverFromAKilledRunSaysSoOnRecord() async throws {
    try await inShop { shop in
      let dead = try await holder(shop)
      dead.signal(SIGKILL)
      _ = try await dead.wait()
      let first = try #require(shop.session.names(in: "state/runs").first)
      // Also ends what the dead one left running.
      try shop.session.write("", to: "go")
      let next = try await shop.recover()
      #expect(next.status == 0, "\(next)")
      #expect(try await shop.orders() == 20)
      let second = try #require(shop.session.names(in: "state/runs").first { $0 != first })
      let lines = shop.session.read("state/runs/\(second)/journal.jsonl").split(separator: "\n")
      #expect(lines[0].contains("run.started"))
      #expect(lines[1].contains("lock.takenover"), "\(lines[1])")
      #expect(lines[1].contains("run \(first) (process \(dead.pid) of "))
      #expect(lines[1].contains("its process has ended"))
      #expect(lines.filter { $0.contains("lock.takenover") }.count == 1)
      // Only the one that ended says so; the killed one is whole as far as it goes.
      for run in [first, second] {
        let verified = try await shop.session.drplan("runs", "verify", run)
        #expect(verified.status == 0 || run == first, "\(verified)")
      }
    }
  }

  @Test func whatARunReplacedIsLockedAlsoAfterThePlanWasEdited() async throws {
    try await Shop.run { shop in
      let steps = Shop.restoreOrders + Shop.verifyOrders
      try shop.plan(steps)
      try await shop.backUp()
      #expect(try await shop.session.drplan("run", "plan.yaml").status != 1)
      let first = try #require(shop.session.names(in: "state/runs").first)
      // The plan moves its data; another one works where it was.
      try shop.plan(steps, data: "elsewhere")
      try shop.plan(Self.wait + Self.restore + Shop.verifyOrders, name: "second")
      let other = try shop.session.start(["run", "second.yaml", "--format", "json"])
      try #require(await CLIDeadline.holds { shop.session.exists("running") })
      let refused = try await shop.session.drplan("rollback", first)
      #expect(refused.status == 11, "\(refused)")
      try shop.session.write("", to: "go")
      _ = try await other.wait()
    }
  }

  @Test func aStoppedProcessStillHoldsItsLocks() async throws {
    try await inShop { shop in
      let stopped = try await holder(shop)
      stopped.signal(SIGSTOP)
      let other = try await shop.recover()
      stopped.signal(SIGCONT)
      #expect(other.status == 11, "\(other)")
      #expect(other.text.contains("(process \(stopped.pid) of "), "\(other)")
      try shop.session.write("", to: "go")
      #expect(try await stopped.wait().status == 0)
      try await allVerify(shop, count: 1)
    }
  }

  /// With a step to come, and with a step that goes on until somebody stops it.
  @Test(arguments: [true, false]) func aRunWhoseLockAnotherHostTookOverDoesNothingMore(_ goesOn: Bool)
    async throws
  {
    try await inShop { shop in
      let run = try await holder(shop)
      let lock = try lockFile(shop)
      let claim = "generation 00000000000000000002 00000000000000ab\n"
      try #require(shop.session.read(lock).hasPrefix("generation 00000000000000000001 "))
      try shop.overwrite(claim, at: lock)
      if goesOn { try shop.session.write("", to: "go") }
      // A sign of life is due every 10 s: then the run finds out by itself.
      let result = try await run.wait()
      #expect(result.status == 1, "\(result)")
      #expect(result.text.contains("another run took over the lock on `data:"), "\(result)")
      #expect(try await shop.orders() == 5)
      #expect(shop.staging().isEmpty)
      #expect(shop.session.read(lock).hasPrefix(claim))
      #expect(
        shop.journals()[0].contains("restore-orders") && !shop.journals()[0].contains("shop/restore-orders"))
      try shop.session.write("", to: "go")
    }
  }
}

extension Shop {
  /// Writes over the beginning of a file, as another host does.
  fileprivate func overwrite(_ text: String, at name: String) throws {
    let descriptor = open(session.path(name), O_WRONLY | O_CLOEXEC)
    try #require(descriptor >= 0)
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    try #require(pwrite(descriptor, bytes, bytes.count, 0) == bytes.count)
  }
}
