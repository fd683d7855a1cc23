import RunEvents
import Testing
import Values

@testable import Reporting

/// The fold as a whole: live, replayed, cut short.
@Suite struct RunRecordFoldTests {
  @Test func encodedAndDecodedEventsGiveTheSameRecord() throws {
    let events = try RunStory.good(kept: "/old/\u{1b}[2J\"\\\n", holders: ["büro (1)"]).events
    let codec = RunEventCodec(host: "dr runner/1", digest: toyDigest)
    var previous = SHA256Digest.zero
    var decoded: [RunEvent] = []
    for event in events {
      let line = try codec.encode(event, previous: previous)
      let read = try codec.decode(line)
      #expect(read.previous == previous)
      #expect(read.source == "urn:drplan:dr%20runner%2F1")
      decoded.append(read.event)
      previous = toyDigest(line)
    }
    #expect(decoded == events)
    #expect(RunRecordFold(decoded).record() == RunRecordFold(events).record())
  }

  @Test func aSwapThatWasAnnouncedStaysOnRecordWhenAnotherKeepsOtherData() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.begin("restore-orders", at: 1)
    var swap = Publication(
      database: try name("orders"), target: "/srv/o.db", staging: "/srv/s", kept: "/srv/o.db.before-1",
      holders: [])
    try story.evidence("restore-orders", .publishing(swap))
    swap.kept = "/srv/o.db.before-2"
    try story.evidence("restore-orders", .publishing(swap))
    try story.evidence("restore-orders", .published(swap))
    let record = try unwrapped(RunRecordFold(story.events).record())
    #expect(record.publications.map(\.state) == [.announced, .done])
    #expect(record.publications.map(\.kept) == ["/srv/o.db.before-1", "/srv/o.db.before-2"])
  }

  @Test func applyingOneByOneGivesTheSameRecordAsAllAtOnce() throws {
    let events = try RunStory.good().events
    var fold = RunRecordFold()
    for event in events {
      #expect(fold.record(now: event.elapsed)?.result != .ended(.recovered))
      fold.apply(event)
    }
    #expect(fold.record() == RunRecordFold(events).record())
  }

  @Test func everyPrefixWithoutAnEndIsInterruptedAndNeverMetWithoutItsVerification() throws {
    let events = try RunStory.good().events
    for count in 1..<events.count {
      let record = try unwrapped(RunRecordFold(events.prefix(count)).record())
      #expect(record.result == .ended(.interrupted))
      #expect(record.reason == "the journal ends before the run does")
      #expect(record.exitCode == 130)
      let verified = record.steps.contains { $0.id.text == "verify-orders" && $0.state == .succeeded }
      #expect((record.objectives.rto.verdict == .met) == verified)
    }
  }

  @Test func theSamePrefixWithAClockIsRunning() throws {
    let events = try RunStory.good().events.dropLast(10)
    let record = try unwrapped(RunRecordFold(events).record(now: .seconds(30)))
    #expect(record.result == .running)
    #expect(record.exitCode == nil)
    #expect(record.seconds == 30)
  }

  @Test func theSharesAddUpToTheRecoveryTime() throws {
    let record = try RunStory.good().record
    #expect(record.phases.basis == .recoveryTime)
    #expect(record.phases.seconds == record.objectives.rto.actualSeconds)
    let tenths = record.phases.shares.map { Int(($0.percent * 10).rounded()) }
    #expect(tenths.reduce(0, +) == 1000)
    #expect(
      record.phases.criticalPath.map(\.text) == ["restore-orders", "restart-services", "verify-orders"])
  }

  @Test func theStepThatEndedLastIsTheCriticalOne() throws {
    var story = try RunStory(
      steps: [
        try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"]),
        try step("approve-cutover", "Approve", .waiting),
        try step("verify-orders", "VerifyIntegrity", .verify, needs: ["restore-orders", "approve-cutover"]),
      ])
    try story.begin("approve-cutover", at: 0)
    try story.restore(from: 0, to: 3)
    try story.end("approve-cutover", at: 7)
    try story.verify(from: 7, to: 8, [.passed])
    let phases = try story.record.phases
    #expect(phases.criticalPath.map(\.text) == ["approve-cutover", "verify-orders"])
    #expect(phases.shares.map(\.phase) == ["verify", "waiting"])
    #expect(phases.shares.map(\.percent) == [12.5, 87.5])
  }

  @Test func aResultBetterThanItsStepsIsCalledOut() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    for step in ["announce", "restart-services", "verify-orders"] { try story.end(step, .notReached) }
    try story.end("restore-orders", .failed, at: 1)
    story.finish(.recovered)
    #expect(try story.record.warnings.contains { $0.contains("does not follow from its steps") })
  }

  @Test func aWallClockThatJumpsIsCalledOut() throws {
    var events = try RunStory.good().events
    for index in events.indices.suffix(3) {
      events[index].time = events[index].time.advanced(by: .seconds(90))
    }
    let record = try unwrapped(RunRecordFold(events).record())
    #expect(
      record.warnings == [
        "the wall clock moved by 1 m 30 s against the monotonic clock during the run; elapsed times are not affected, instants are"
      ])
    #expect(record.objectives.rto.actualSeconds == 12.431)
  }

  @Test func anEventOfAnUnknownStepIsCalledOut() throws {
    var story = try RunStory(steps: try RunStory.ordersSteps)
    try story.begin("elsewhere")
    #expect(try story.record.warnings.contains { $0.contains("step `elsewhere`") })
  }

  @Test func nothingIsNoRecord() throws {
    #expect(RunRecordFold().record() == nil)
    #expect(RunRecordFold().reference("run.id") == nil)
  }
}

/// Not SHA-256, which these tests do not need: any function of the bytes will do.
@Sendable func toyDigest(_ bytes: [UInt8]) -> SHA256Digest {
  var state: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
  let word = (0..<8).map { UInt8(truncatingIfNeeded: state >> UInt64($0 * 8)) }
  return SHA256Digest(bytes: word + word + word + word) ?? .zero
}
