import DrplanTestKit
import Testing

/// What drplan does when the system gives it too little.
struct LimitTests {
  @Test func tooFewOpenFilesAreRefusedBeforeAnythingBegins() async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let before = try shop.everything()
      for limit in Array(8...16) + [24, 32, 48, 64] {
        for command in [
          ["run", "plan.yaml"], ["backup", "plan.yaml"], ["snapshots", "verify", "plan.yaml"],
        ] {
          let result = try await Self.limited(shop, "--nofile=\(limit)", command)
          #expect(result.status == 1, "\(limit) files, \(command): \(result)")
          #expect(result.errorText.contains("can be opened"), "\(limit) files, \(command): \(result)")
        }
      }
      #expect(try shop.everything() == before)
    }
  }

  @Test func oneHundredOpenFilesAreEnough() async throws {
    try await Shop.run { shop in
      for command in [["backup", "plan.yaml"], ["run", "plan.yaml"], ["snapshots", "verify", "plan.yaml"]] {
        let result = try await Self.limited(shop, "--nofile=100", command)
        #expect(result.status == 0, "\(command): \(result)")
      }
    }
  }

  @Test func aBackupOfManyFilesOfHolesNeedsFewDescriptors() async throws {
    try await Shop.run { shop in
      for index in 0..<600 { try shop.session.write("", to: "data/files/hole-\(index)") }
      let made = try await shop.session.start(
        program: "/bin/sh", ["-c", "truncate -s 1M data/files/hole-*"]
      ).wait()
      try #require(made.status == 0, "\(made)")
      let result = try await Self.limited(shop, "--nofile=128", ["backup", "plan.yaml", "files"])
      #expect(result.status == 0, "\(result)")
    }
  }

  @Test(arguments: 1...10) func aThreadThatTheSystemRefusesIsNotATrap(_ number: Int) async throws {
    try await Shop.run { shop in
      try await shop.backUp()
      let fault = FaultInjection.failure("EAGAIN", calls: "pthread_create", number: number)
      let environment = try await fault.environment(in: shop.session)
      for command in [["backup", "plan.yaml"], ["snapshots", "verify", "plan.yaml"]] {
        let result = try await shop.session.start(command, environment: environment).wait()
        #expect([0, 1].contains(result.status), "\(fault), \(command): \(result)")
        let words = result.text + result.errorText
        let said = words.contains("cannot start thread") || words.contains("unavailable")
        #expect(result.status == 0 || said, "\(fault), \(command): \(result)")
      }
    }
  }

  private static func limited(_ shop: Shop, _ limit: String, _ command: [String]) async throws -> CLIResult {
    try await shop.session.start(program: "/usr/bin/prlimit", [limit, CLIProgram.drplan.path] + command)
      .wait()
  }
}
