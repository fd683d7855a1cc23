import DrplanTestKit
import FoundationEssentials
import Glibc
import HostSystem
import Testing

/// Services that are restarted for real.
struct ServiceTests {
  private static let restart = """
      - id: restart
        action: RestartServices
        needs: [restore-orders]
        timeout: 30s
        with: {services: [api]}

    """

  private func plan(_ shop: Shop, command: String, ready: String, checks: String = "") throws {
    try shop.plan(
      Shop.restoreOrders + Self.restart + Shop.verifyOrders.replacing("[restore-orders]", with: "[restart]")
        + checks,
      sections: """
        services:
          api:
            manager: Process
            command: \(command)
            pidFile: api.pid
            log: api.log
            ready: \(ready)

        """)
  }

  /// A port that nobody listens on at this moment.
  private func freePort() throws -> UInt16 {
    let server = try HTTPTestServer(.close)
    defer { server.stop() }
    return server.port
  }

  @Test func aDeadServiceIsRunningAgainOnTheRestoredData() async throws {
    try await Shop.run { shop in
      let port = try freePort()
      try plan(
        shop,
        command: "[/usr/bin/python3, -m, http.server, \"\(port)\", --bind, 127.0.0.1, --directory, data]",
        ready: "{http: \"http://127.0.0.1:\(port)/\", within: 20s}",
        checks: "        - {type: HTTP, url: \"http://127.0.0.1:\(port)/orders.db\", within: 5s}\n")
      try await shop.backUp()
      // What the disaster left: the number of a process that is gone.
      try shop.session.write("999999999\n", to: "api.pid")
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
      let pid = try #require(shop.session.read("api.pid").split(separator: "\n").first.flatMap { Int32($0) })
      #expect(shop.session.processes.contains(pid))
      let again = try await shop.recover()
      #expect(again.status == 0, "\(again)")
      #expect(!shop.session.processes.contains(pid), "the old one runs on")
    }
  }

  @Test func aServiceThatNeverBecomesReadyFailsWithItsLastWords() async throws {
    try await Shop.run { shop in
      let port = try freePort()
      try plan(
        shop, command: "[sh, -c, \"echo the index is rotten; exec sleep 600\"]",
        ready: "{tcp: \"127.0.0.1:\(port)\", within: 1s}")
      try await shop.backUp()
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 1, "\(result)")
      #expect(result.text.contains("api"), "\(result)")
      #expect(result.text.contains("the index is rotten"), "\(result)")
      let record = try await shop.session.drplan("runs", "show", "latest", "--format", "json").json()
      #expect(record["steps"].first("id", "restart")["state"].string == "Failed")
      #expect(record["steps"].first("id", "verify")["state"].string == "NotReached")
    }
  }

  @Test func aServiceThatDiesAtOnceFailsWithItsLastWords() async throws {
    try await Shop.run { shop in
      let port = try freePort()
      try plan(
        shop, command: "[sh, -c, \"echo no such table >&2; exit 3\"]",
        ready: "{tcp: \"127.0.0.1:\(port)\", within: 20s}")
      try await shop.backUp()
      let result = try await shop.session.drplan("run", "plan.yaml")
      #expect(result.status == 1, "\(result)")
      #expect(result.text.contains("no such table"), "\(result)")
    }
  }

  @Test func theServiceOfTheExampleServesTheRestoredOrdersAgain() async throws {
    try await Shop.run { shop in
      let session = shop.session
      let port = try freePort()
      try plan(
        shop,
        command: "[\(CLIProgram.ordersExample.path), serve, --database, data/orders.db, --port, \"\(port)\"]",
        ready: "{http: \"http://127.0.0.1:\(port)/healthz\", within: 20s}",
        checks: "        - {type: HTTP, url: \"http://127.0.0.1:\(port)/orders/count\", contains: \"50\"}\n")
      let seeded = try await session.start(["seed", "seeded", "--orders", "50"], program: .ordersExample)
        .wait()
      try #require(seeded.status == 0, "\(seeded)")
      try FileManager.default.removeItem(atPath: session.path("data"))
      try FileManager.default.moveItem(atPath: session.path("seeded"), toPath: session.path("data"))
      try await shop.backUp()
      let first = try await shop.recover()
      try #require(first.status == 0, "\(first)")
      let disaster = try await session.start(
        [
          "disaster", "--database", "data/orders.db", "--attachments", "data/attachments", "--pid-file",
          "api.pid",
        ],
        program: .ordersExample
      ).wait()
      try #require(disaster.status == 0, "\(disaster)")
      let result = try await shop.recover()
      #expect(result.status == 0, "\(result)")
    }
  }
}
