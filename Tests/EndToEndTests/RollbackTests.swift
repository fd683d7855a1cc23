// Over 300 lines: every case of going back, with the scene that all of them share.
import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

/// Runs whose work is undone.
struct RollbackTests {
  private static let service = """
    import socket, sys
    server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
    while True: server.accept()[0].close()

    """

  /// A plan that stops a service, runs a command with an undo, restores everything and starts the service again.
  private func plan(_ shop: Shop, checks: String = "", policy: String = "Abort") throws {
    let server = try HTTPTestServer(.close)
    defer { server.stop() }
    try shop.session.write(Self.service, to: "api.py")
    try shop.plan(
      """
        - {id: stop, action: StopServices, needs: [], with: {services: [api]}}
        - id: switch
          action: RunCommand
          needs: [stop]
          with: {command: [sh, -c, "echo switched >> ran"], undo: [sh, -c, "echo undone >> ran"]}

      """ + (Shop.restoreOrders + Shop.restoreFiles).replacing("needs: []", with: "needs: [switch]")
        + """
          - {id: restart, action: RestartServices, needs: [restore-orders, restore-files], with: {services: [api]}}

        """
        + Shop.verify.replacing(
          "needs: [restore-orders, restore-files]", with: "onFailure: \(policy)\n    needs: [restart]")
        + checks + """

          finally:
            - id: close-out
              action: NotifyStakeholders
              with: {channels: [log], message: "Shop ${run.result}."}

          """,
      sections: """
        channels: {log: {type: File, path: messages.jsonl}}
        services:
          api:
            manager: Process
            command: [/usr/bin/python3, -I, -S, api.py, "\(server.port)"]
            pidFile: api.pid
            log: api.log
            ready: {tcp: "127.0.0.1:\(server.port)", within: 30s}

        """)
  }

  private static let failing =
    "        - {type: Query, database: orders, sql: \"select count(*) from orders\", expect: {equals: 21}}\n"

  /// What the channel was told, in order.
  private func messages(_ shop: Shop) throws -> [String] {
    try shop.session.read("messages.jsonl").split(separator: "\n").compactMap {
      try CLIJSON(Array($0.utf8))["data"]["message"].string
    }
  }

  private func running(_ shop: Shop) -> Bool {
    let pid = shop.session.read("api.pid").split(separator: "\n").first.flatMap { Int32($0) }
    return pid.map(shop.session.processes.contains) ?? false
  }

  private func states(_ record: CLIJSON) -> [String: String] {
    record["steps"].list.reduce(into: [:]) { states, step in
      states[step["id"].string ?? ""] = step["undone"]["state"].string
    }
  }

  private func rollback(_ shop: Shop, _ arguments: String...) async throws -> CLIResult {
    try await shop.session.start(["rollback", "latest", "--format", "json"] + arguments).wait()
  }

  @Test(arguments: [true, false])
  func everythingIsAsItWasFound(_ ranBefore: Bool) async throws {
    try await Shop.run { shop in
      try plan(shop)
      try await shop.backUp()
      if ranBefore {
        // A first recovery starts the service.
        try #require(try await shop.recover().status == 0)
      }
      try await shop.lose()
      let before = try CrashShop.targets(shop.session)
      let recovered = try await shop.recover()
      try #require(recovered.status == 0, "\(recovered)")
      try #require(try CrashShop.targets(shop.session) != before)
      #expect(running(shop))
      let result = try await rollback(shop, "--reason", "wrong snapshot")
      #expect(result.status == 1, "\(result)")
      #expect(try CrashShop.targets(shop.session) == before)
      #expect(running(shop) == ranBefore)
      #expect(shop.ran.suffix(2) == ["switched", "undone"])
      #expect(shop.staging().isEmpty)
      let record = try result.json()
      #expect(record["result"].string == "RolledBack" && record["exitCode"].number == 1)
      #expect(record["rollback"].string?.hasSuffix("asked for it: wrong snapshot") == true, "\(record)")
      #expect(
        states(record) == [
          "stop": ranBefore ? "Undone" : "NothingToUndo", "switch": "Undone", "restore-orders": "Undone",
          "restore-files": "Undone", "restart": "Undone", "verify": "NothingToUndo",
        ])
      for objective in ["rto", "rpo"] {
        #expect(record["objectives"][objective]["verdict"].string == "Unmeasured", "\(record)")
        #expect(record["objectives"][objective]["reason"].string != nil)
      }
      #expect(
        try messages(shop) == [String](repeating: "Shop Recovered.", count: ranBefore ? 2 : 1) + [
          "Shop RolledBack."
        ])
      try await shop.requireIntact()
      #expect(try await shop.show().without("chain") == record.without("chain"))
    }
  }

  @Test func whatTheRestoreHadPutThereIsKeptBeside() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try await shop.lose()
      try #require(try await shop.recover().status == 0)
      #expect(try await rollback(shop).status == 1)
      let names = shop.session.names(in: "data")
      #expect(names.count { $0.contains(".undone-") } == 2 && !names.contains { $0.contains(".before-") })
      let undone = try #require(names.last { $0.contains("orders.db.undone-") })
      #expect(try await shop.orders(in: "data/\(undone)") == 20)
      #expect(try await shop.orders() == 5)
    }
  }

  @Test func aFailureUnderRollbackPutsTheOldDataBack() async throws {
    try await Shop.run { shop in
      try plan(shop, checks: Self.failing, policy: "Rollback")
      try await shop.backUp()
      try await shop.lose()
      let before = try CrashShop.targets(shop.session)
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(try CrashShop.targets(shop.session) == before)
      #expect(!running(shop))
      #expect(shop.ran == ["switched", "undone"])
      let record = try result.json()
      #expect(record["result"].string == "RolledBack")
      #expect(record["steps"].first("id", "verify")["state"].string == "Failed")
      #expect(record["objectives"]["rpo"]["verdict"].string == "Unmeasured")
      #expect(try messages(shop) == ["Shop RolledBack."])
      let report = try await shop.session.drplan("runs", "report", "latest")
      #expect(report.text.hasPrefix("Rolled back after "), "\(report)")
      try await shop.requireIntact()
      try await shop.requireRefused(["rollback", "latest"], "is rolled back already")
    }
  }

  @Test func theUndoGoesBackwardsInTheOrderOfWhatHappened() async throws {
    try await Shop.run { shop in
      try plan(shop, checks: Self.failing)
      try await shop.backUp()
      try await shop.lose()
      try #require(try await shop.recover().status == 1)
      #expect(try await rollback(shop).status == 1)
      let undone = try shop.events(["step.undone"]).map { String($0.dropFirst("step.undone ".count)) }
      let restores: Set = ["restore-orders", "restore-files"]
      #expect(
        Array(undone.filter { !restores.contains($0) }.prefix(2)) == ["verify", "restart"], "\(undone)")
      let positions = restores.compactMap { undone.firstIndex(of: $0) }
      let (restart, switched) = (undone.firstIndex(of: "restart") ?? 0, undone.firstIndex(of: "switch") ?? 0)
      #expect(positions.allSatisfy { restart < $0 && $0 < switched }, "\(undone)")
    }
  }

  @Test func aSecondRollbackIsRefused() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try await shop.lose()
      try #require(try await shop.recover().status == 0)
      #expect(try await rollback(shop).status == 1)
      try await shop.requireRefused(["rollback", "latest"], "is rolled back already")
    }
  }

  @Test func aRolledBackRunCanRecoverAfterAll() async throws {
    try await Shop.run { shop in
      try plan(shop)
      try await shop.backUp()
      try await shop.lose()
      try #require(try await shop.recover().status == 0)
      #expect(try await rollback(shop).status == 1)
      let result = try await shop.resume()
      #expect(result.status == 0, "\(result)")
      #expect(try await shop.orders() == 20)
      #expect(running(shop))
      #expect(shop.ran == ["switched", "undone", "switched"])
      #expect(try messages(shop) == ["Shop Recovered.", "Shop RolledBack.", "Shop Recovered."])
      let record = try result.json()
      #expect(record["result"].string == "Recovered" && record["rollback"] == .null)
      #expect(record["resumptions"].list.map { $0["purpose"].string } == ["Rollback", "Resume"])
      try await shop.requireIntact()
      // And undone once more.
      #expect(try await rollback(shop).json()["result"].string == "RolledBack")
      #expect(try await shop.orders() == 5)
    }
  }

  @Test func aRollbackThatFailsSaysWhatStandsWhereAndGoesOnLater() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try await shop.lose()
      try #require(try await shop.recover().status == 0)
      let kept = try #require(shop.session.names(in: "data").last { $0.contains("orders.db.before-") })
      let (here, away) = (shop.session.path("data/\(kept)"), shop.session.path("away.db"))
      try FileManager.default.moveItem(atPath: here, toPath: away)
      let result = try await shop.session.drplan("rollback", "latest")
      #expect(result.status == 1, "\(result)")
      #expect(result.text.hasPrefix("Failed"), "\(result)")
      #expect(result.text.contains(kept), "\(result)")
      #expect(result.text.contains("drplan rollback \(try shop.lastRun())"), "\(result)")
      // The files came back, the orders are what the run restored.
      #expect(shop.session.read("data/files/3.txt") == "scrambled")
      #expect(try await shop.orders() == 20)
      let record = try await shop.show()
      #expect(record["steps"].first("id", "restore-orders")["undone"]["state"].string == "Failed")
      #expect(record["steps"].first("id", "restore-files")["undone"]["state"].string == "Undone")
      let status = try await shop.session.drplan("status")
      #expect(status.status == 1 && status.text.contains("was not undone as a whole"), "\(status)")
      try FileManager.default.moveItem(atPath: away, toPath: here)
      let again = try await rollback(shop)
      #expect(try again.json()["result"].string == "RolledBack", "\(again)")
      #expect(try await shop.orders() == 5)
      try await shop.requireIntact()
    }
  }

  @Test func aCommandWithoutUndoStaysDoneAndTheRecordSaysSo() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + Shop.counted("switch", needs: ["restore-orders"])
          + Shop.verifyOrders.replacing("[restore-orders]", with: "[switch]"))
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5")
      try #require(try await shop.recover().status == 0)
      let result = try await rollback(shop)
      #expect(result.status == 1, "\(result)")
      #expect(states(try result.json())["switch"] == "NotUndone")
      #expect(try result.json()["reason"].string?.contains("there is no way back for `switch`") == true)
      #expect(try await shop.orders() == 5)
    }
  }

  @Test func aKilledRunIsRolledBack() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders
          + Shop.step(
            "wait", needs: ["restore-orders"], "touch running; sleep 600",
            with: "undo: [sh, -c, \"echo undone >> ran\"]")
          + Shop.verifyOrders.replacing("[restore-orders]", with: "[wait]"))
      try await shop.backUp()
      try await shop.sql("delete from orders where id > 5")
      let before = try CrashShop.targets(shop.session)
      let run = try shop.session.start(["run", "plan.yaml"])
      try #require(await CLIDeadline.holds { shop.session.exists("running") || run.hasEnded })
      run.signal(SIGKILL)
      _ = try await run.wait()
      for process in shop.session.processes { kill(process, SIGKILL) }
      let result = try await rollback(shop)
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["result"].string == "RolledBack")
      #expect(try CrashShop.targets(shop.session) == before)
      #expect(shop.ran == ["undone"])
      try await shop.requireIntact()
    }
  }

  /// A plan whose undo of a command waits until it is told to go on.
  private func waiting(_ shop: Shop) async throws {
    try shop.plan(
      Shop.restoreOrders
        + Shop.step(
          "switch", needs: ["restore-orders"], "echo switched >> ran",
          with:
            "undo: [sh, -c, \"touch undoing; while [ ! -e go ]; do sleep 0.02; done; echo undone >> ran\"]")
        + Shop.verifyOrders.replacing("[restore-orders]", with: "[switch]") + "\nfinally:\n"
        + Shop.counted("close"))
    try await shop.backUp()
    try await shop.sql("delete from orders where id > 5")
    try #require(try await shop.recover().status == 0)
  }

  @Test func aFirstCtrlCDoesNotStopARollbackHalfWay() async throws {
    try await Shop.run { shop in
      try await waiting(shop)
      let rollback = try shop.session.start(["rollback", "latest", "--format", "json"])
      try #require(await CLIDeadline.holds { shop.session.exists("undoing") || rollback.hasEnded })
      rollback.signal(SIGINT)
      try #require(
        await CLIDeadline.holds { shop.journals()[0].contains("run.interruptrequested") || rollback.hasEnded }
      )
      try shop.touch("go")
      let result = try await rollback.wait()
      #expect(try result.json()["result"].string == "RolledBack", "\(result)")
      #expect(shop.ran == ["switched", "close", "undone", "close"])
      #expect(try await shop.orders() == 5)
      try await shop.requireIntact()
    }
  }

  @Test(arguments: ["rollback", "resume"])
  func aRollbackThatIsKilledGoesOnWithWhicheverCommand(_ verb: String) async throws {
    try await Shop.run { shop in
      try await waiting(shop)
      let killed = try shop.session.start(["rollback", "latest"])
      try #require(await CLIDeadline.holds { shop.session.exists("undoing") || killed.hasEnded })
      killed.signal(SIGKILL)
      _ = try await killed.wait()
      for process in shop.session.processes { kill(process, SIGKILL) }
      try shop.touch("go")
      let result = try await shop.session.drplan(verb, "latest", "--format", "json")
      #expect(try result.json()["result"].string == "RolledBack", "\(result)")
      #expect(shop.ran == ["switched", "close", "undone", "close"])
      #expect(try await shop.orders() == 5)
      try await shop.requireIntact()
    }
  }
}
