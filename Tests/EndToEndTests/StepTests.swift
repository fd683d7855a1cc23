import DrplanTestKit
import FoundationEssentials
import Testing

/// What failing, repeating and endless steps do to a run.
struct StepTests {
  private func check(_ check: String) -> String {
    Shop.restoreOrders + Shop.verifyOrders + "        - \(check)\n"
  }

  @Test func aFailedCheckSaysWhatWasExpectedAndFound() async throws {
    try await Shop.run { shop in
      try shop.plan(
        check(
          "{type: Query, id: no-large, database: orders, sql: \"select max(total) from orders\", expect: {max: 1500}}"
        ))
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      let record = try result.json()
      let found = record["checks"].first("type", "Query")
      #expect(found["state"].string == "Failed")
      #expect(found["expected"].string?.contains("1500") == true, "\(found)")
      #expect(found["actual"].string?.contains("2000") == true, "\(found)")
      #expect(record["result"].string == "Failed")
      #expect(record["steps"].first("id", "verify")["state"].string == "Failed")
    }
  }

  @Test func aCheckThatCannotRunIsNotAPass() async throws {
    try await Shop.run { shop in
      try shop.plan(
        check("{type: Query, database: orders, sql: \"select * from nowhere\", expect: {rows: 0}}"))
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      let state = try result.json()["checks"].first("type", "Query")["state"].string
      #expect(state != "Passed" && state != nil, "\(result)")
    }
  }

  @Test func aMissingProgramOfACheckIsNotAPass() async throws {
    try await Shop.run { shop in
      try shop.plan(check("{type: Command, command: [/nonexistent/program]}"))
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["checks"].first("type", "Command")["state"].string != "Passed")
    }
  }

  private func failing(_ policy: String) -> String {
    Shop.restoreOrders + """
        - id: odd
          action: RunCommand
          needs: [restore-orders]
          onFailure: \(policy)
          with: {command: [sh, -c, "echo the last word; exit 7"]}

      """
      + (policy == "Continue"
        ? Shop.verifyOrders : Shop.verifyOrders.replacing("[restore-orders]", with: "[odd]"))
  }

  @Test func whatNeedsAStepThatFailedUnderContinueIsNotReached() async throws {
    try await Shop.run { shop in
      try shop.plan(
        failing("Continue").replacing("needs: [restore-orders]\n    with:", with: "needs: [odd]\n    with:"))
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      #expect(try result.json()["steps"].first("id", "verify")["state"].string == "NotReached")
    }
  }

  @Test func aFailureUnderContinueIsAnExceptionAndExits4() async throws {
    try await Shop.run { shop in
      try shop.plan(failing("Continue"))
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 4, "\(result)")
      let record = try result.json()
      #expect(record["result"].string == "RecoveredWithExceptions")
      #expect(record["steps"].first("id", "odd")["state"].string == "Failed")
      #expect(record["steps"].first("id", "verify")["state"].string == "Succeeded")
    }
  }

  @Test func aFailureUnderPauseWaitsForAPersonAndExits5() async throws {
    try await Shop.run { shop in
      try shop.plan(failing("Pause"))
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 5, "\(result)")
      #expect(try result.json()["result"].string == "Waiting")
      #expect(try result.json()["steps"].first("id", "verify")["state"].string != "Succeeded")
    }
  }

  @Test func aFailureUnderAbortShowsItsLastLinesAndWhatToTypeNext() async throws {
    try await Shop.run { shop in
      try shop.plan(failing("Abort"))
      try await shop.backUp()
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 1, "\(result)")
      #expect(result.text.contains("the last word"), "\(result)")
      #expect(result.text.contains("Next"), "\(result)")
      #expect(result.text.contains("drplan "), "\(result)")
    }
  }

  @Test func attemptsAreMadeAndOnRecord() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + """
            - id: flaky
              action: RunCommand
              needs: [restore-orders]
              retry: {maxAttempts: 5, backoff: {initial: 10ms}}
              with: {command: [sh, -c, "echo x >> tries; test $$(wc -l < tries) -ge 3"]}

          """ + Shop.verifyOrders)
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      let step = try result.json()["steps"].first("id", "flaky")
      #expect(step["attempts"].number == 3)
      #expect(step["retries"].list.count == 2)
      #expect(shop.session.read("tries") == "x\nx\nx\n")
    }
  }

  @Test func aStepWhoseTimeIsOverEndsWithAllItStarted() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + """
            - id: endless
              action: RunCommand
              needs: [restore-orders]
              timeout: 2s
              with: {command: [sh, -c, "sh -c 'echo $$$$ > grandchild; exec sleep 600' & wait"]}

          """ + Shop.verifyOrders.replacing("[restore-orders]", with: "[endless]"))
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 1, "\(result)")
      let error = try result.json()["steps"].first("id", "endless")["error"]
      #expect(error != .null, "\(result)")
      #expect(!shop.session.read("grandchild").isEmpty)
      #expect(shop.session.processes.isEmpty, "\(shop.session.read("grandchild"))")
    }
  }

  @Test func finallyRunsAfterAFailure() async throws {
    try await Shop.run { shop in
      try shop.plan(
        failing("Abort")
          + "\nfinally:\n  - id: close\n    action: RunCommand\n    with: {command: [touch, closed]}\n")
      try await shop.backUp()
      #expect(try await shop.recover().status == 1)
      #expect(shop.session.exists("closed"))
    }
  }

  @Test func aParameterReachesAStepAndAnUnknownOneIsRefused() async throws {
    try await Shop.run { shop in
      try shop.plan(
        Shop.restoreOrders + """
            - id: note
              action: RunCommand
              needs: [restore-orders]
              with: {command: [sh, -c, "echo \\"$$0\\" > note", "${params.ticket} ${run.mode} $$5"]}

          """ + Shop.verifyOrders, sections: "params: {ticket: {type: String, example: INC-1}}\n")
      try await shop.backUp("--param", "ticket=INC-1")
      #expect(try await shop.recover().status == 2)
      #expect(try await shop.recover("--param", "ticket=INC-7", "--param", "tiket=1").status == 2)
      let result = try await shop.recover("--param", "ticket=INC-7; rm -rf $HOME")
      #expect(result.status == 0, "\(result)")
      #expect(shop.session.read("note") == "INC-7; rm -rf $HOME recovery $5\n")
    }
  }
}
