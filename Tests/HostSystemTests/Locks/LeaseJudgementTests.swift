import Testing
import Values

@testable import HostSystem

/// What the file of a lease means: every case by itself, and no case besides.
@Suite struct LeaseJudgementTests {
  private static let now = Timestamp(seconds: 1_000_000)
  private static let booted = Timestamp(seconds: 900_000)

  /// Where the holder is, as seen from here.
  enum Place: CaseIterable, Sendable {
    case here, hereBefore, elsewhere, unknownBoot
  }

  /// How old its sign of life is, in seconds; negative: from the future.
  static let ages: [Int64] = [-3600, -1, 0, 59, 60, 3600, 200_000]

  private static func content(_ place: Place, age: Int64) -> LeaseContent {
    let (boot, host) =
      switch place {
      case .here: ("boot-1", "db1")
      case .hereBefore: ("boot-0", "db1")
      case .elsewhere: ("boot-9", "db2")
      case .unknownBoot: ("", "db1")
      }
    return LeaseContent(
      generation: 7, token: 1, heartbeatAt: Timestamp(seconds: 1_000_000 - age),
      holder: LeaseHolder.sample(boot: boot, host: host))
  }

  private static func word(_ judgement: LeaseJudgement) -> String {
    switch judgement {
    case .free: "free"
    case .held: "held"
    case .takeOver(_, let reason): reason
    case .watch: "watch"
    }
  }

  private func judge(_ content: LeaseContent?, isAlive: Bool, boot: String = "boot-1") -> String {
    let facts = LeaseFacts(
      bootID: boot, bootedAt: Self.booted, host: "db1", now: Self.now, holderIsAlive: isAlive)
    return Self.word(LeaseJudgement.of(content, facts, LeaseTiming()))
  }

  @Test(arguments: Place.allCases, ages) func everyPlaceAndAgeHasItsMeaning(_ place: Place, _ age: Int64) {
    let content = Self.content(place, age: age)
    let byAge = (0..<60).contains(age) ? "held" : "watch"
    let beforeOurBoot = age > 100_000
    let expected =
      switch place {
      case .here: "its process has ended"
      case .elsewhere: byAge
      case .hereBefore, .unknownBoot: beforeOurBoot ? "its host has started anew" : byAge
      }
    #expect(judge(content, isAlive: false) == expected)
  }

  @Test(arguments: ages) func aProcessThatLivesHereHoldsWhateverItsSignOfLife(_ age: Int64) {
    #expect(judge(Self.content(.here, age: age), isAlive: true) == "held")
  }

  @Test func withoutAHolderItIsFree() {
    #expect(judge(nil, isAlive: false) == "free")
    var content = Self.content(.here, age: 0)
    content.holder = nil
    #expect(judge(content, isAlive: true) == "free")
  }

  @Test func twoHostsThatKnowNoBootAreNotOne() {
    #expect(judge(Self.content(.unknownBoot, age: 0), isAlive: true, boot: "") == "held")
    #expect(judge(Self.content(.unknownBoot, age: 70), isAlive: true, boot: "") == "watch")
  }

  @Test func aWatchTellsTheLivingFromTheDead() throws {
    let content = Self.content(.elsewhere, age: 90)
    let holder = try #require(content.holder)
    let timing = LeaseTiming()
    #expect(LeaseJudgement.watched(holder, isSilent: false, content, Self.now, timing) == .held(holder))
    #expect(
      LeaseJudgement.watched(holder, isSilent: true, content, Self.now, timing)
        == .takeOver(holder, reason: "no sign of life for 90s"))
    // A clock that is ahead says nothing of how long it was silent: the watch does.
    #expect(
      LeaseJudgement.watched(
        holder, isSilent: true, Self.content(.elsewhere, age: -3600), Self.now, timing)
        == .takeOver(holder, reason: "no sign of life for 30s"))
  }
}

extension LeaseHolder {
  /// Somebody somewhere.
  static func sample(boot: String, host: String) -> LeaseHolder {
    LeaseHolder(
      process: ProcessIdentity(pid: 4711, startTime: 12), bootID: boot, host: host, user: "anna",
      purpose: "run 7", since: Timestamp(seconds: 900_000))
  }
}
