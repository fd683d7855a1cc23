import DrplanTestKit
import FoundationEssentials
import HostSystem
import Testing

/// Runs that recover, and what is on record of them.
struct RecoveryTests {
  @Test func aRunRestoresWhatWasLostAndExitsWith0() async throws {
    try await Shop.run { shop in
      let whole = try CLITree.listing(shop.session.path("data/files"))
      try await shop.backUp()
      try await shop.lose()
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 0, "\(result)")
      #expect(result.text.hasPrefix("Recovered in "), "\(result)")
      #expect(result.errorText.contains("ok  verify"), "\(result)")
      #expect(try await shop.orders() == 20)
      #expect(try CLITree.listing(shop.session.path("data/files")) == whole)
      #expect(shop.staging().isEmpty)
    }
  }

  @Test func whatStoodThereIsKept() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      try await shop.lose()
      let record = try await shop.recover().json()
      let kept = shop.session.names(in: "data").filter { $0.contains(".before-") }
      #expect(kept.count == 2, "\(kept)")
      #expect(try await shop.orders(in: "data/" + (try #require(kept.last))) == 5)
      #expect(shop.session.read("data/\(kept[0])/3.txt") == "scrambled")
      for database in ["orders", "files"] {
        let path = record["publications"].first("database", database)["kept"].string
        #expect(kept.map { shop.session.path("data/\($0)") }.contains(path))
      }
    }
  }

  @Test func theRecordHasTheKeysOfItsContract() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let record = try await shop.recover().json()
      func has(_ value: CLIJSON, _ keys: [String], sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(Set(keys).isSubset(of: value.keys), "\(value.keys)", sourceLocation: sourceLocation)
      }
      has(
        record,
        [
          "schemaVersion", "run", "plan", "mode", "result", "exitCode", "objectives", "databases", "steps",
          "checks",
        ])
      has(
        record["objectives"]["rto"],
        ["objectiveSeconds", "actualSeconds", "measuredFrom", "verdict", "reason"])
      has(
        record["objectives"]["rpo"], ["objectiveSeconds", "actualSeconds", "database", "verdict", "reason"])
      has(record["databases"][0], ["name", "snapshot", "consistentAt", "bytes", "verified"])
      has(
        record["steps"][0],
        ["id", "action", "state", "attempts", "startedAt", "finishedAt", "seconds", "outputs", "error"])
      has(record["checks"][0], ["step", "type", "state", "expected", "actual"])
    }
  }

  @Test func theValuesOfTheRecordFitTogether() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let result = try await shop.recover()
      let record = try result.json()
      #expect(record["schemaVersion"].number == 1)
      #expect(record["result"].string == "Recovered")
      #expect(record["exitCode"].number == Double(result.status))
      #expect(record["plan"].string == "shop" && record["mode"].string == "recovery")
      #expect(shop.session.names(in: "state/runs") == [record["run"].string])
      let rto = record["objectives"]["rto"]
      #expect(rto["objectiveSeconds"].number == 900 && rto["verdict"].string == "Met")
      let slowest = record["steps"].list.compactMap { $0["seconds"].number }.max() ?? .infinity
      #expect(try #require(rto["actualSeconds"].number) >= slowest)
      let rpo = record["objectives"]["rpo"]
      #expect(rpo["objectiveSeconds"].number == 300 && rpo["verdict"].string == "Met")
      #expect(record["databases"].list.compactMap { $0["name"].string } == ["files", "orders"])
      #expect(record["databases"].list.allSatisfy { $0["verified"] == .bool(true) })
      #expect(record["steps"].list.allSatisfy { $0["state"].string == "Succeeded" && $0["error"] == .null })
      #expect(record["checks"].list.count == 3)
      #expect(record["checks"].list.allSatisfy { $0["state"].string == "Passed" })
      let snapshot = record["steps"].first("id", "restore-orders")["outputs"]["snapshot"]
      #expect(record["databases"].first("name", "orders")["snapshot"] == snapshot)
    }
  }

  @Test func theEventsFileIsTheJournal() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let result = try await shop.recover("--events", "events.jsonl")
      #expect(result.status == 0, "\(result)")
      #expect(!shop.session.read("events.jsonl").isEmpty)
      #expect([shop.session.read("events.jsonl")] == shop.journals())
    }
  }

  @Test func eventsOnStandardOutputAreTheJournalAlone() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let result = try await shop.session.drplan("run", "plan.yaml", "--events", "-")
      #expect(result.status == 0)
      #expect([result.text] == shop.journals())
      #expect(result.errorText.contains("Recovered in "))
    }
  }

  @Test func theRecordIsRebuiltFromTheJournalAlone() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let printed = try await shop.recover().json()
      for folder in ["backups", "data"] {
        try FileManager.default.removeItem(atPath: shop.session.path(folder))
      }
      try FileManager.default.removeItem(atPath: shop.session.path("plan.yaml"))
      for verb in ["show", "report"] {
        let rebuilt = try await shop.session.drplan("runs", verb, "latest", "--format", "json")
        #expect(rebuilt.status == 0)
        // Only who reads a journal again can have checked its chain.
        #expect(try rebuilt.json().without("chain") == printed.without("chain"))
        #expect(try rebuilt.json()["chain"]["state"].string == "Intact")
      }
    }
  }

  @Test func theReportIsRebuiltFromTheJournalAlone() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      for format in ["text", "markdown"] {
        let printed = try await shop.session.drplan("run", "plan.yaml", "--format", format)
        let rebuilt = try await shop.session.drplan("runs", "report", "latest", "--format", format)
        let lines = { (text: String) in
          // Only who reads a journal again can have checked its chain.
          text.split(separator: "\n").filter { !$0.lowercased().contains("journal") }
        }
        #expect(lines(printed.text) == lines(rebuilt.text))
        #expect(printed.status == 0 && rebuilt.status == 0)
      }
    }
  }

  @Test func runsAreListedOldestFirst() async throws {
    try await Shop.run { shop in
      let empty = try await shop.session.drplan("runs", "list")
      #expect(empty.status == 0 && empty.text.hasPrefix("no runs in "))
      try await shop.backUp()
      let first = try await shop.recover().json()["run"]
      let second = try await shop.recover().json()["run"]
      let listed = try await shop.session.drplan("runs", "list", "--format", "json").json()
      let rows = listed["runs"].list.isEmpty ? listed.list : listed["runs"].list
      #expect(Set(rows.map { $0["run"] }) == [first, second])
      #expect(rows.allSatisfy { $0["result"].string == "Recovered" })
    }
  }

  @Test func anUntouchedJournalIsIntact() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      _ = try await shop.recover()
      let result = try await shop.session.drplan("runs", "verify", "latest", "--format", "json")
      #expect(result.status == 0)
      #expect(try result.json()["intact"] == .bool(true))
    }
  }

  @Test func aJournalChangedByHandIsNotIntact() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let run = try #require(try await shop.recover().json()["run"].string)
      let name = "state/runs/\(run)/journal.jsonl"
      let text = shop.session.read(name)
      try shop.session.write(text.replacing("20 rows", with: "21 rows"), to: name)
      let verified = try await shop.session.drplan("runs", "verify", run)
      #expect(verified.status == 1)
      #expect(verified.text.contains("NOT as it was written"), "\(verified)")
      let report = try await shop.session.drplan("runs", "report", run)
      #expect(report.text.lowercased().contains("broken"), "\(report)")
    }
  }

  @Test func filesOfTheStateAreForTheirOwnerAlone() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      _ = try await shop.recover()
      for line in try CLITree.listing(shop.session.state) {
        let mode = line.split(separator: " ")[1]
        #expect(mode == "40700" || mode == "100600", "\(line)")
      }
    }
  }

  @Test func aSnapshotWithoutAPlanGoesIntoANewFolder() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let before = try shop.live()
      let result = try await shop.session.drplan(
        "snapshots", "restore", "backups", "latest", "--database", "orders", "--to", "out")
      #expect(result.status == 0, "\(result)")
      #expect(shop.session.names(in: "out").count == 1)
      #expect(try shop.live() == before)
      let again = try await shop.session.drplan(
        "snapshots", "restore", "backups", "latest", "--database", "orders", "--to", "out")
      #expect(again.status != 0)
    }
  }
}
