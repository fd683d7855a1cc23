import DrplanTestKit
import FoundationEssentials
import Glibc
import Testing

/// Runs that are killed, or lose their power, at every point that matters; and what comes after.
struct CrashTests {
  /// Points that a journal of this plan has at least: fewer would mean that the shim does not see the calls.
  private static let fewest = 60

  @Test func aRunThatIsKilledAtAnyEventCanBeRecovered() async throws {
    try await CrashShop.run { shop in
      let journal = "*/journal.jsonl"
      let commits = shop.commits
      var random = CrashSeed()
      var points = (1...commits).flatMap { number in
        [
          FaultInjection.kill(.before, calls: "pwrite", path: journal, number: number),
          // The first sync is that of the empty journal.
          FaultInjection.kill(.after, calls: "fsync", path: journal, number: number + 1),
        ]
      }
      points += random.some(of: 1...shop.calls.count, 16).map { FaultInjection.kill(.before, number: $0) }
      try await Self.crash(shop, points)
      print("crash test: \(points.count) kills, \(commits) writes to the journal, \(random)")
      #expect(points.count >= Self.fewest)
    }
  }

  @Test func aRunThatLosesItsPowerCanBeRecovered() async throws {
    try await CrashShop.run { shop in
      let commits = shop.commits
      var random = CrashSeed()
      var points = random.some(of: 2...commits + 1, 16).map {
        FaultInjection.powerCut(calls: "fsync", path: "*/journal.jsonl", number: $0)
      }
      points += random.some(of: 1...shop.calls.count, 16).map { FaultInjection.powerCut(number: $0) }
      points += random.some(of: 1...shop.calls.count, 8).map {
        FaultInjection.powerCut(number: $0, seed: UInt64($0))
      }
      try await Self.crash(shop, points)
      print("crash test: \(points.count) power cuts among \(shop.calls.count) calls, \(random)")
      #expect(points.count >= 30)
    }
  }

  private static func crash(_ shop: CrashShop, _ points: [FaultInjection]) async throws {
    try await shop.each(of: points) { fault, session in
      let environment = try await fault.environment(in: session)
      let broken = try await session.start(CrashShop.recovery, environment: environment).wait()
      // Two runs do not make the same number of calls: events that come at once share a write.
      #expect([128 + SIGKILL, 0].contains(broken.status), "\(fault): \(broken)")
      let complaints = FaultInjection.calls(in: session).filter { $0.hasPrefix("!") }
      #expect(complaints.isEmpty, "\(fault): the shim: \(complaints)")
      if fault.rule.hasPrefix("powercut"), broken.status != 0 {
        for process in session.processes { kill(process, SIGKILL) }
      }
      try shop.requireWhole(session, fault)
      if let run = CrashShop.newestRun(session) {
        let verified = try await session.drplan("runs", "verify", run)
        #expect(
          verified.status == 0 || verified.text.contains("as a crash leaves it"), "\(fault): \(verified)")
      }
      try await recover(shop, session, fault, hadEnded: broken.status == 0)
    }
  }

  /// After the crash everything must become as if nothing had happened: the same data, record and messages.
  private static func recover(
    _ shop: CrashShop, _ session: CLISession, _ fault: FaultInjection, hadEnded: Bool
  ) async throws {
    if !hadEnded {
      let begun = CrashShop.newestRun(session)
      let isOver = begun.map { session.read("state/runs/\($0)/journal.jsonl").contains("run.finished.v1") }
      // One that was killed after its last event has nothing to carry on, only to show.
      let carryOn = begun.map {
        (isOver == true ? ["runs", "show"] : ["resume"]) + [$0, "--format", "json"]
      }
      let result = try await session.start(carryOn ?? CrashShop.recovery).wait()
      // No step of this plan is one that only a person can tell of.
      #expect(result.status == 0, "\(fault): \(result)")
      guard result.status == 0, let run = CrashShop.newestRun(session) else { return }
      #expect(begun ?? run == run, "\(fault): another run began")
      #expect(try CrashShop.Outcome(session, run: run, result) == shop.outcome, "\(fault): \(result)")
      let verified = try await session.drplan("runs", "verify", run)
      #expect(verified.status == 0, "\(fault): \(verified)")
    }
    #expect(try CrashShop.targets(session) == shop.new, "\(fault): the data is not the snapshot's")
    #expect(CrashShop.staging(session).isEmpty, "\(fault): \(CrashShop.staging(session)) is left")
    let stored = try await session.drplan("snapshots", "verify", "plan.yaml")
    #expect(stored.status == 0, "\(fault): \(stored)")
    // What had been started before a power cut is down, and its step is done: starting it again is not for the run.
    guard !fault.rule.hasPrefix("powercut") else { return }
    let service = session.read("api.pid").split(separator: "\n").first.flatMap { Int32($0) }
    #expect(
      await CLIDeadline.holds(within: .seconds(10)) { session.processes == [service] },
      "\(fault): the service is \(service ?? 0), processes are \(session.processes)")
  }
}

/// Which of many points are tried: printed, so that a failure can be had again with `CRASH_SEED`.
struct CrashSeed: CustomStringConvertible {
  private let seed: UInt64
  private var state: UInt64

  init() {
    seed =
      getenv("CRASH_SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 1...999_999)
    state = seed
  }

  var description: String { "CRASH_SEED=\(seed)" }

  /// That many of the numbers, in order; all of them with `CRASH_POINTS=all`.
  mutating func some(of range: ClosedRange<Int>, _ count: Int) -> [Int] {
    guard getenv("CRASH_POINTS") == nil else { return Array(range) }
    var chosen: Set<Int> = []
    while chosen.count < min(count, range.count) {
      // SplitMix64.
      state &+= 0x9e37_79b9_7f4a_7c15
      var word = state
      word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
      word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
      chosen.insert(range.lowerBound + Int((word ^ (word >> 31)) % UInt64(range.count)))
    }
    return chosen.sorted()
  }
}
