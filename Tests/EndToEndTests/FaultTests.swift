import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Runs whose disk fails at one call: an honest end, whole data, and a recovery once the disk works again.
struct FaultTests {
  @Test(arguments: ["ENOSPC", "EIO"]) func aFailedCallEndsARunHonestly(_ error: String) async throws {
    try await CrashShop.run { shop in
      var random = CrashSeed()
      var points = random.some(of: 1...2 * shop.commits, 16).map {
        FaultInjection.failure(error, calls: "pwrite,fsync", path: "*/journal.jsonl", number: $0)
      }
      points += random.some(of: 1...shop.calls.count, 16).map { FaultInjection.failure(error, number: $0) }
      // A full disk stays full.
      points += random.some(of: 1...shop.calls.count, 8).map {
        FaultInjection.failure(error, number: $0, staying: true)
      }
      try await Self.fail(shop, points, endsWell: false)
      print("fault test: \(error) at \(points.count) of \(shop.calls.count) calls, \(random)")
      #expect(points.count >= 30)
    }
  }

  @Test func halfAWriteIsCarriedOn() async throws {
    try await CrashShop.run { shop in
      var random = CrashSeed()
      let points = random.some(of: 1...60, 12).map {
        FaultInjection.short(calls: "pwrite,write", number: $0)
      }
      try await Self.fail(shop, points, endsWell: true)
    }
  }

  private static func fail(_ shop: CrashShop, _ points: [FaultInjection], endsWell: Bool) async throws {
    try await shop.each(of: points) { fault, session in
      let environment = try await fault.environment(in: session)
      let broken = try await session.start(CrashShop.recovery, environment: environment).wait()
      // 128 and more is a signal: a trap, or a kill that nobody asked for.
      #expect(broken.status < 70, "\(fault): \(broken)")
      #expect(!endsWell || broken.status == 0, "\(fault): \(broken)")
      #expect(broken.status == 0 || !broken.text.isEmpty, "\(fault): it does not say why it ended")
      try shop.requireWhole(session, fault)
      let again = try await session.start(CrashShop.recovery).wait()
      #expect(again.status == 0, "\(fault): \(again)\n--- at first\n\(broken)")
      #expect(try CrashShop.targets(session) == shop.new, "\(fault): the data is not the snapshot's")
      #expect(CrashShop.staging(session).isEmpty, "\(fault): \(CrashShop.staging(session)) is left")
      let stored = try await session.drplan("snapshots", "verify", "plan.yaml")
      #expect(stored.status == 0, "\(fault): \(stored)")
    }
  }
}
