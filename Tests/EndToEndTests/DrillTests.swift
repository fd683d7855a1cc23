// Over 300 lines: every case of a drill and its clean-up, with the scene that all of them share.
import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Drills: what they prove, what they leave out, and that nothing of them stays.
struct DrillTests {
  /// Names, content and times of everything in a folder.
  private func fingerprint(_ folder: String) throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() + ["."]
    let times = try names.map { name -> String in
      var status = stat()
      try #require(lstat("\(folder)/\(name)", &status) == 0)
      return "\(name) \(status.st_ino) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }
    return try CLITree.listing(folder) + times
  }

  /// A plan whose drill waits in scratch space, with data restored, until it is told to go on.
  private func waiting(_ shop: Shop, drill: String = "") throws {
    let wait = """
        - id: wait
          action: RunCommand
          modes: [recovery, drill]
          with: {command: [sh, -c, "touch running; while [ ! -e go ]; do sleep 0.02; done"]}

      """
    try shop.plan(
      Shop.restoreOrders + Shop.restoreFiles
        + wait.replacing("modes", with: "needs: [restore-orders, restore-files]\n    modes")
        + Shop.verify.replacing("[restore-orders, restore-files]", with: "[wait]"))
    try place(shop, drill)
  }

  /// Gives the orders a drill place.
  private func place(_ shop: Shop, _ drill: String) throws {
    guard !drill.isEmpty else { return }
    let text = shop.session.read("plan.yaml")
    try shop.session.write(
      text.replacing("{path: data/orders.db}}", with: "{path: data/orders.db}, drill: {path: \(drill)}}"),
      to: "plan.yaml")
  }

  private func started(_ shop: Shop) async throws -> CLIProcess {
    let drill = try shop.session.start(["drill", "plan.yaml"])
    try #require(await CLIDeadline.holds { shop.session.exists("running") || drill.hasEnded })
    try #require(!drill.hasEnded)
    return drill
  }

  private func record(_ shop: Shop) async throws -> CLIJSON {
    try await shop.session.drplan("runs", "show", "latest", "--format", "json").json()
  }

  @Test(arguments: [["drill", "plan.yaml"], ["run", "plan.yaml", "--mode", "drill"]])
  func aDrillProvesTheRestoreAndLeavesNothing(_ arguments: [String]) async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try await shop.lose()
      let (data, backups) = (
        try fingerprint(shop.session.path("data")), try fingerprint(shop.session.path("backups"))
      )
      let result = try await shop.session.start(arguments + ["--format", "json"]).wait()
      #expect(result.status == 0, "\(result)")
      let record = try result.json()
      #expect(record["mode"].string == "drill" && record["result"].string == "Recovered")
      #expect(record["leftovers"] == .array([]))
      #expect(record["objectives"]["rto"]["verdict"].string == "Met")
      #expect(record["objectives"]["rpo"]["verdict"].string == "Met")
      #expect(record["checks"].list.allSatisfy { $0["state"].string == "Passed" })
      #expect(
        record["publications"].list.allSatisfy {
          $0["target"].string?.hasPrefix(shop.session.path("state/scratch/")) == true
        })
      #expect(try fingerprint(shop.session.path("data")) == data)
      #expect(try fingerprint(shop.session.path("backups")) == backups)
      #expect(shop.session.names(in: "state/scratch") == [])
      let again = try await self.record(shop)
      #expect(again["leftovers"] == .array([]) && again["chain"]["state"].string == "Intact")
      #expect(try await shop.session.drplan("runs", "report", "latest").text.contains("leftovers  0"))
    }
  }

  @Test func aRecordOfARecoveryKnowsNoLeftovers() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      #expect(try await !shop.recover().json().keys.contains("leftovers"))
    }
  }

  @Test func aNamedPlaceIsUsedAndFreed() async throws {
    try await Shop.run { shop in
      try waiting(shop, drill: "rehearsal/copy.db")
      try await shop.backUp()
      try shop.session.write("", to: "rehearsal/other")
      let before = try fingerprint(shop.session.path("data"))
      let drill = try await started(shop)
      #expect(try await shop.orders(in: "rehearsal/copy.db") == 20)
      try shop.session.write("", to: "go")
      let result = try await drill.wait()
      #expect(result.status == 0, "\(result)")
      #expect(shop.session.names(in: "rehearsal") == ["other"])
      #expect(try fingerprint(shop.session.path("data")) == before)
    }
  }

  @Test func dataAtANamedPlaceIsNotTheDrillsToRemove() async throws {
    try await Shop.run { shop in
      try place(shop, "rehearsal.db")
      try await shop.backUp()
      try shop.session.write("mine", to: "rehearsal.db")
      let result = try await shop.session.drplan("drill", "plan.yaml")
      #expect(result.status == 2, "\(result)")
      #expect(result.errorText.contains("not the drill's to remove"))
      #expect(shop.session.read("rehearsal.db") == "mine")
      #expect(shop.session.names(in: "state/runs") == [])
    }
  }

  @Test func aDrillThatFailsCleansUp() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.usualSteps.replacing(
          "- {type: RowCounts, database: orders}",
          with: "- {type: Query, database: orders, sql: \"select count(*) from orders\", expect: {equals: 7}}"
        ))
      try await shop.backUp()
      let before = try shop.live()
      let result = try await shop.session.drplan("drill", "plan.yaml", "--format", "json")
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["leftovers"] == .array([]))
      #expect(shop.session.names(in: "state/scratch") == [])
      #expect(try shop.live() == before)
    }
  }

  @Test(arguments: ["", "rehearsal.db"])
  func ctrlCCleansUp(_ place: String) async throws {
    try await Shop.run { shop in
      try waiting(shop, drill: place)
      try await shop.backUp()
      let drill = try await started(shop)
      #expect(shop.session.names(in: "state/scratch").count == 1)
      drill.signal(SIGINT)
      let result = try await drill.wait()
      #expect(result.status == 130, "\(result)")
      #expect(shop.session.names(in: "state/scratch") == [])
      #expect(!shop.session.exists("rehearsal.db"))
      #expect(try await record(shop)["leftovers"] == .array([]))
    }
  }

  @Test(arguments: ["", "rehearsal.db"], ["--cleanup", "drill", "run"])
  func whatAKilledDrillLeavesIsRemovedLater(_ place: String, _ by: String) async throws {
    try await Shop.run { shop in
      try waiting(shop, drill: place)
      try await shop.backUp()
      let before = try shop.live()
      let drill = try await started(shop)
      drill.signal(SIGKILL)
      _ = try await drill.wait()
      for pid in shop.session.processes { kill(pid, SIGKILL) }
      #expect(shop.session.names(in: "state/scratch").count == 1)
      #expect(shop.session.exists("rehearsal.db") == !place.isEmpty)
      #expect(try shop.live() == before)
      let killed = try #require(shop.session.names(in: "state/runs").first)
      try shop.session.write("", to: "go")
      switch by {
      case "--cleanup":
        let result = try await shop.session.drplan("drill", "--cleanup")
        #expect(result.status == 0, "\(result)")
        #expect(result.text.contains("removed ") && result.text.contains("leftovers: 0"), "\(result)")
        #expect(try shop.live() == before)
      default:
        let result = try await shop.session.drplan(by, "plan.yaml")
        #expect(result.status == 0, "\(result)")
        #expect(result.errorText.contains("had left behind"), "\(result)")
      }
      #expect(shop.session.names(in: "state/scratch") == [])
      #expect(!shop.session.exists("rehearsal.db"))
      let shown = try await shop.session.drplan("runs", "show", killed, "--format", "json")
      #expect(try shown.json()["leftovers"].list.isEmpty, "\(shown)")
      let verified = try await shop.session.drplan("runs", "verify", killed)
      #expect(verified.status == 0, "\(verified)")
    }
  }

  @Test func aCleanUpLeavesADrillThatGoesOnAlone() async throws {
    try await Shop.run { shop in
      try waiting(shop)
      try await shop.backUp()
      let drill = try await started(shop)
      let result = try await shop.session.drplan("drill", "--cleanup", "--format", "json")
      #expect(result.status == 0, "\(result)")
      #expect(try result.json()["running"].list.count == 1)
      try shop.session.write("", to: "go")
      #expect(try await drill.wait().status == 0)
    }
  }

  @Test func aCleanUpThatCannotRemoveSaysSo() async throws {
    try await Shop.run { shop in
      try waiting(shop)
      try await shop.backUp()
      let drill = try await started(shop)
      drill.signal(SIGKILL)
      _ = try await drill.wait()
      let run = try #require(shop.session.names(in: "state/scratch").first)
      try shop.session.write("mine", to: "state/scratch/\(run)/mine")
      let result = try await shop.session.drplan("drill", "--cleanup")
      #expect(result.status == 1, "\(result)")
      #expect(shop.session.read("state/scratch/\(run)/mine") == "mine")
      try FileManager.default.removeItem(atPath: shop.session.path("state/scratch/\(run)/mine"))
      #expect(try await shop.session.drplan("drill", "--cleanup").status == 0)
      #expect(shop.session.names(in: "state/scratch") == [])
    }
  }

  @Test(arguments: ["data/orders.db", "data", "data/files/x", "backups/x", "."])
  func aPlaceThatTouchesProductionIsAnErrorOfThePlan(_ drill: String) async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try place(shop, drill)
      let before = try shop.everything()
      for arguments in [["validate", "plan.yaml"], ["drill", "plan.yaml"], ["run", "plan.yaml"]] {
        let result = try await shop.session.start(arguments).wait()
        #expect(result.status == 2 && (result.text + result.errorText).contains("DRP409"), "\(result)")
      }
      #expect(try shop.everything() == before)
    }
  }

  @Test func aLinkIntoProductionIsFoundWhenTheDrillBegins() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try place(shop, "rehearsal/orders.db")
      try shop.session.write("", to: "rehearsal/.keep")
      #expect(try await shop.session.drplan("validate", "plan.yaml").status == 0)
      try FileManager.default.removeItem(atPath: shop.session.path("rehearsal"))
      try FileManager.default.createSymbolicLink(
        atPath: shop.session.path("rehearsal"), withDestinationPath: "data")
      let before = try fingerprint(shop.session.path("data"))
      let validated = try await shop.session.drplan("validate", "plan.yaml")
      #expect(validated.status == 2 && validated.text.contains("DRP409"), "\(validated)")
      let result = try await shop.session.drplan("drill", "plan.yaml")
      #expect(result.status == 2 && result.errorText.contains("must not touch"), "\(result)")
      #expect(try fingerprint(shop.session.path("data")) == before)
      #expect(shop.session.names(in: "state/runs") == [])
    }
  }

  @Test func aLinkMadeWhileTheDrillRunsStopsTheRestore() async throws {
    try await Shop.run { shop in
      let wait = """
          - id: wait
            action: RunCommand
            needs: []
            modes: [drill]
            with: {command: [sh, -c, "touch running; while [ ! -e go ]; do sleep 0.02; done"]}

        """
      try shop.plan(
        wait + Shop.restoreOrders.replacing("needs: []", with: "needs: [wait]") + Shop.verifyOrders)
      try place(shop, "rehearsal/orders.db")
      try shop.session.write("", to: "rehearsal/.keep")
      try await shop.backUp()
      let before = try fingerprint(shop.session.path("data"))
      let drill = try await started(shop)
      try FileManager.default.moveItem(
        atPath: shop.session.path("rehearsal"), toPath: shop.session.path("moved"))
      try FileManager.default.createSymbolicLink(
        atPath: shop.session.path("rehearsal"), withDestinationPath: "data")
      try shop.session.write("", to: "go")
      let result = try await drill.wait()
      #expect(result.status == 1, "\(result)")
      #expect(try fingerprint(shop.session.path("data")) == before)
    }
  }

  @Test func aStateDirectoryInsideADatabaseIsNoScratchSpace() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let before = try shop.live()
      let result = try await shop.session.drplan("drill", "plan.yaml", "--state", "data/files/state")
      #expect(result.status == 2 && result.errorText.contains("--state DIR"), "\(result)")
      #expect(try shop.live() == before)
    }
  }

  @Test func whatWouldReachProductionIsLeftOut() async throws {
    try await Shop.run { shop in
      let server = try HTTPTestServer(.answer(200))
      defer { server.stop() }
      try shop.plan(
        """
          - {id: stop, action: StopServices, needs: [], modes: [recovery, drill], with: {services: [api]}}
          - {id: program, action: RunCommand, needs: [], with: {command: [touch, ran]}}
          - {id: copy, action: BackupDatabase, needs: [], with: {database: orders}}
          - {id: own, action: RunCommand, needs: [], modes: [drill], with: {command: [touch, rehearsed]}}
          - {id: tell, action: NotifyStakeholders, needs: [], onFailure: Continue, with: {channels: [log], message: hello}}

        """ + Shop.restoreOrders.replacing("needs: []", with: "needs: [stop]")
          + Shop.verifyOrders.replacing(
            "- {type: RowCounts, database: orders}",
            with: "- {type: HTTP, url: \"\(server.url())\"}\n        - {type: RecoveryPointAge, within: 5m}"
          ),
        sections: """
          services:
            api: {manager: Command, start: [touch, started], stop: [touch, stopped], status: ["true"]}
          channels:
            log: {type: File, path: messages.jsonl}
          """)
      try await shop.backUp()
      let backups = try fingerprint(shop.session.path("backups"))
      let result = try await shop.session.drplan("drill", "plan.yaml", "--format", "json")
      #expect(result.status == 0, "\(result)")
      let record = try result.json()
      #expect(record["result"].string == "Recovered")
      for step in ["stop", "program", "copy"] {
        let found = record["steps"].first("id", step)
        #expect(found["state"].string == "Skipped", "\(step)")
        #expect(found["error"]["message"].string?.hasPrefix("a drill leaves it out: ") == true)
      }
      #expect(record["steps"].first("id", "stop")["error"]["message"].string?.contains("`api`") == true)
      let http = record["checks"].first("type", "HTTP")
      #expect(http["state"].string == "Skipped" && http["actual"].string?.contains("production") == true)
      #expect(record["checks"].first("type", "RecoveryPointAge")["state"].string == "Passed")
      #expect(server.requests.isEmpty)
      #expect(!shop.session.exists("ran") && !shop.session.exists("stopped"))
      #expect(shop.session.exists("rehearsed"))
      #expect(try fingerprint(shop.session.path("backups")) == backups)
      #expect(shop.session.read("messages.jsonl").contains("\"message\":\"[DRILL] hello\""))
    }
  }

  @Test func aVerificationWithoutACheckToMakeProvesNothing() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + Shop.verifyOrders + """
            - id: smoke
              action: VerifyIntegrity
              with:
                checks:
                  - {type: HTTP, url: "http://127.0.0.1:9/"}

          """)
      try await shop.backUp()
      let result = try await shop.session.drplan("drill", "plan.yaml")
      #expect(result.status == 1 && result.text.contains("proves nothing"), "\(result)")
      let text = shop.session.read("plan.yaml")
      try shop.session.write(
        text.replacing("- id: smoke\n", with: "- id: smoke\n    modes: [recovery]\n"), to: "plan.yaml")
      let again = try await shop.session.drplan("drill", "plan.yaml")
      // The clock stops at the last verification that a drill makes.
      #expect(again.status == 0 && again.text.contains("the success of `verify`"), "\(again)")
    }
  }

  @Test func aDrillDoesNotLockOutARecovery() async throws {
    try await Shop.run { shop in
      try waiting(shop)
      try await shop.backUp()
      let drill = try await started(shop)
      try shop.plan()
      let recovery = try await shop.session.drplan("run", "plan.yaml")
      #expect(recovery.status == 0, "\(recovery)")
      try shop.session.write("", to: "go")
      #expect(try await drill.wait().status == 0)
    }
  }

  @Test func aDrillNeedsAPlanAndACleanUpTakesNone() async throws {
    try await Shop.run { shop in
      #expect(try await shop.session.drplan("drill").status == 2)
      #expect(try await shop.session.drplan("drill", "plan.yaml", "--cleanup").status == 2)
      let help = try await shop.session.drplan("drill", "--help")
      #expect(help.status == 0 && help.text.contains("--cleanup") && !help.text.contains("--mode"))
      let nothing = try await shop.session.drplan("drill", "--cleanup")
      #expect(nothing.status == 0 && nothing.text.hasPrefix("no drill left anything behind"))
    }
  }
}
