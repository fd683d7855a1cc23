import FoundationEssentials
import Testing
import Values

@Suite struct RecoveryPointTests {
  @Test func latestInstantsAndSnapshotsAreRead() throws {
    let instant = try #require(Timestamp(rfc3339: "2026-11-20T03:15:00Z"))
    let snapshot = try #require(SnapshotID("20261120T031502Z-a1b2c3d4"))
    #expect(RecoveryPoint(planText: "Latest") == .latest)
    #expect(RecoveryPoint(planText: "2026-11-20T04:15:00+01:00") == .at(instant))
    #expect(RecoveryPoint(planText: "20261120T031502Z-a1b2c3d4") == .snapshot(snapshot))
  }

  @Test(arguments: [
    "", "latest", "LATEST", "yesterday", "2026-11-20", "2026-11-20T03:15:00", "20261120T031502Z",
  ])
  func whatIsNoRecoveryPointIsRefused(_ text: String) { #expect(RecoveryPoint(planText: text) == nil) }

  @Test(arguments: ["Latest", "2026-11-20T03:15:00.000Z", "20261120T031502Z-a1b2c3d4"])
  func aRecoveryPointReadsBackFromItsText(_ text: String) {
    #expect(RecoveryPoint(planText: text)?.description == text)
  }

  @Test func theRecoveryPointOfAnInstantKeepsItsNanoseconds() throws {
    let point = RecoveryPoint.at(Timestamp(nanoseconds: 1_795_144_502_123_456_789))
    #expect(RecoveryPoint(planText: point.description) == point)
  }
}

@Suite struct SnapshotIDTests {
  private let start = Timestamp(seconds: 1_795_144_502)

  @Test func anIDIsMadeOfTimeAndEntropy() {
    #expect(SnapshotID(startedAt: start, entropy: 0xa1b2).text == "20261120T031502Z-0000a1b2")
    #expect(SnapshotID(startedAt: start, entropy: .max).text == "20261120T031502Z-ffffffff")
  }

  @Test func idsSortByTime() {
    let earlier = SnapshotID(startedAt: start, entropy: .max)
    let later = SnapshotID(startedAt: start.advanced(by: .seconds(1)), entropy: 0)
    #expect(earlier < later)
  }

  @Test(arguments: [
    "", "20261120T031502Z", "20261120T031502Z-a1b2c3d", "20261120T031502Z-a1b2c3d4e",
    "20261120T031502Z-A1B2C3D4",
    "20261120t031502z-a1b2c3d4", "2026112-T031502Z-a1b2c3d4", "../../../../etc/passwd/xx",
    "20261120T031502Z_a1b2c3d4",
    "20261120T031502Z-a1b2c3d/",
  ])
  func whatIsNoIDIsRefused(_ text: String) { #expect(SnapshotID(text) == nil) }

  @Test func anIDReadsBackFromJSON() throws {
    let id = SnapshotID(startedAt: start, entropy: 7)
    #expect(try JSONDecoder().decode([SnapshotID].self, from: JSONEncoder().encode([id])) == [id])
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([SnapshotID].self, from: Data(#"["x"]"#.utf8))
    }
  }
}

@Suite struct RunIDTests {
  private let start = Timestamp(seconds: 1_795_144_502)

  @Test(arguments: ["orders", "orders-eu-1", String(repeating: "x", count: 63)])
  func anIDReadsBackWhateverThePlanIsCalled(_ plan: String) throws {
    let id = RunID(startedAt: start, plan: try #require(PlanName(plan)), entropy: 0xdead_007f)
    #expect(id.text == "20261120T031502Z-\(plan)-007f")
    #expect(RunID(id.text) == id)
    #expect(try JSONDecoder().decode([RunID].self, from: JSONEncoder().encode([id])) == [id])
  }

  @Test(arguments: [
    "", "orders", "20261120T031502Z-7f3a", "20261120T031502Z--7f3a", "20261120T031502Z-Orders-7f3a",
    "20261120T031502Z-orders-7F3A", "20261120T031502Z-orders-7f3", "20261120T031502-orders-7f3a",
    "20261120T031502Z-../orders-7f3a", "20261120T031502Z-orders--7f3a", "20261120T031502Z-2orders-7f3a",
  ])
  func whatIsNoIDIsRefused(_ text: String) { #expect(RunID(text) == nil) }

  @Test func aMalformedIDInJSONIsAnError() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([RunID].self, from: Data(#"["../x"]"#.utf8))
    }
  }
}
