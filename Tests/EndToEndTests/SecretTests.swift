import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Secrets reach whom they are meant for, and nobody else.
struct SecretTests {
  private static let marker = "Hx7-MARK-qz"

  /// What a secret looks like to a careless writer.
  private static func traces(of secret: String) -> [String] {
    // Base64 of any part of a longer text shows one of three forms.
    let shifted = (0...2).map { shift in
      let text = String(repeating: "x", count: shift) + secret
      return String(Data(text.utf8).base64EncodedString().dropFirst(shift == 0 ? 0 : 4).dropLast(4))
    }
    return [secret, String(secret.reversed())] + shifted
  }

  @Test func noSecretIsEverShownOrKept() async throws {
    try await Shop.run { shop in
      let server = try HTTPTestServer(.answer(500), .answer(200))
      defer { server.stop() }
      let values = [
        "env": "env\(Self.marker)1", "file": "file\(Self.marker)2", "command": "command\(Self.marker)3",
      ]
      let hook = server.url("/\(Self.marker)4")
      try shop.session.write(values["file", default: ""] + "\n", to: "outside/file", mode: 0o600)
      try shop.session.write(
        "#!/bin/sh\necho \(values["command", default: ""])\n", to: "outside/get", mode: 0o700)
      try shop.plan(
        """
          - id: announce
            action: NotifyStakeholders
            needs: []
            timeout: 20s
            onFailure: Continue
            with: {channels: [room], message: "Orders are being restored.", attach: Report}
          - id: use
            action: RunCommand
            needs: []
            onFailure: Continue
            with:
              command: [sh, -c, "touch using; while [ ! -e go ]; do sleep 0.02; done; echo $A $B $C; echo $A >&2; exit 3"]
              secretEnvironment: {A: "${secrets.env}", B: "${secrets.file}", C: "${secrets.command}"}

        """ + Shop.restoreOrders + Shop.verifyOrders
          + "        - {type: HTTP, url: \"\(server.url("/check"))\", authorization: \"${secrets.env}\", within: 5s}\n",
        sections: """
          secrets:
            env: {env: TOKEN}
            file: {file: outside/file}
            command: {command: [outside/get]}
            hook: {env: HOOK}
          channels:
            room: {type: Webhook, url: "${secrets.hook}", headers: {X-Token: "${secrets.file}"}}

          """)
      try await shop.backUp()
      let run = try shop.session.start(
        ["run", "plan.yaml", "--events", "events.jsonl"],
        environment: ["TOKEN": values["env", default: ""], "HOOK": hook])
      #expect(await CLIDeadline.holds { shop.session.exists("using") || run.hasEnded })
      var seen: [UInt8] = []
      for pid in shop.session.processes {
        seen += FileManager.default.contents(atPath: "/proc/\(pid)/cmdline").map(Array.init) ?? []
      }
      #expect(!seen.isEmpty)
      try shop.session.write("", to: "go")
      let result = try await run.wait()
      #expect(result.status == 4, "\(result)")
      // They did arrive.
      #expect(
        server.requests.contains { $0.path == "/\(Self.marker)4" && $0.headers["x-token"] == values["file"] })
      #expect(server.requests.contains { $0.headers["authorization"] == values["env"] })
      seen += result.output + result.error
      for format in ["text", "json", "markdown"] {
        let report = try await shop.session.drplan("runs", "report", "latest", "--format", format)
        seen += report.output + report.error
      }
      let log = try CLITree.listing(shop.session.state).filter { $0.contains(".log ") }
      #expect(!log.isEmpty)
      for folder in ["state", "backups", "data"] {
        for name in try FileManager.default.subpathsOfDirectory(atPath: shop.session.path(folder)) {
          seen += Array(name.utf8) + shop.session.bytes("\(folder)/\(name)")
        }
      }
      seen += shop.session.bytes("events.jsonl")
      for request in server.requests { seen += Array(request.body.utf8) }
      let text = String(decoding: seen, as: UTF8.self)
      for secret in values.values + ["\(Self.marker)4"] {
        for trace in Self.traces(of: secret) { #expect(!text.contains(trace), "\(trace)") }
      }
      #expect(text.contains("***"))
    }
  }

  @Test func aSecretThatIsNotThereFailsItsStepByName() async throws {
    try await Shop.run { shop in
      try shop.plan(
        """
          - id: use
            action: RunCommand
            needs: []
            onFailure: Continue
            with: {command: ["true"], secretEnvironment: {A: "${secrets.token}"}}

        """ + Shop.restoreOrders + Shop.verifyOrders, sections: "secrets: {token: {env: NO_SUCH_TOKEN}}\n")
      try await shop.backUp()
      let result = try await shop.recover()
      #expect(result.status == 4 || result.status == 1, "\(result)")
      #expect(result.text.contains("NO_SUCH_TOKEN"), "\(result)")
    }
  }
}
