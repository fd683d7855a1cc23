import Testing
import Values

@Suite struct PlanDurationTests {
  @Test(arguments: [
    ("90s", 90_000), ("15m", 900_000), ("1h30m", 5_400_000), ("250ms", 250), ("7d", 604_800_000),
    ("1d2h3m4s5ms", 93_784_005), ("0s", 0), ("1m0s", 60_000), ("007s", 7000),
  ])
  func aDurationIsRead(_ text: String, _ milliseconds: Int64) {
    #expect(Duration(planText: text) == .milliseconds(milliseconds))
  }

  @Test(arguments: [
    "", "30", "s", "m5", "5 m", "5M", "5min", "1.5h", "-5s", "+5s", "1m1m", "30m1h", "1s1m", "5ms1s", "1h30",
    "1w", "5µs", "5s ", " 5s", "５s", "1h\u{0}", "99999999999s", "999999999d9999999999h", "106752d",
    "1000000000d", "½h",
  ])
  func whatIsNoDurationIsRefused(_ text: String) { #expect(Duration(planText: text) == nil) }

  @Test func theLongestDurationThatFitsIsRead() {
    #expect(Duration(planText: "106751d")?.planText == "106751d")
  }

  @Test func everyDurationReadsBackFromItsPlanText() {
    var numbers = SeededNumbers(seed: 4)
    for _ in 0..<2000 {
      let duration = Duration.milliseconds(Int64.random(in: 0..<1_000_000_000_000, using: &numbers))
      #expect(Duration(planText: duration.planText) == duration)
    }
  }

  @Test func planTextUsesTheLargestUnits() {
    #expect(Duration.seconds(90).planText == "1m30s")
    #expect(Duration.zero.planText == "0s")
    #expect(Duration.seconds(-3).planText == "0s")
    #expect(Duration.milliseconds(1500).planText == "1s500ms")
  }

  @Test(arguments: [
    (0, "0.00 s"), (4, "0.00 s"), (5, "0.01 s"), (420, "0.42 s"), (994, "0.99 s"), (995, "1.0 s"),
    (999, "1.0 s"), (1000, "1.0 s"), (12_431, "12.4 s"), (59_949, "59.9 s"), (59_950, "1 m 00 s"),
    (185_000, "3 m 05 s"), (3_599_499, "59 m 59 s"), (3_599_500, "1 h 00 m"), (3_720_000, "1 h 02 m"),
    (86_399_999, "1 d 00 h"), (90_000_000, "1 d 01 h"), (-420, "-0.42 s"), (-90_000, "-1 m 30 s"),
  ])
  func peopleReadThreeDigits(_ milliseconds: Int64, _ expected: String) {
    #expect(Duration.milliseconds(milliseconds).readable == expected)
  }

  @Test func secondsForMachinesAreRoundedToTheMillisecond() {
    #expect(Duration.nanoseconds(12_431_499_999).roundedSeconds == 12.431)
    #expect(Duration.nanoseconds(12_431_500_000).roundedSeconds == 12.432)
    #expect(Duration.zero.roundedSeconds == 0)
  }

  @Test func aSumBeyondWhatFitsCountsAsTheLongest() {
    let sum = Duration.seconds(9_000_000_000) + .seconds(9_000_000_000)
    #expect(sum.nanoseconds == Int64.max)
    #expect((.zero - sum).nanoseconds == Int64.min)
    #expect(sum.planText.hasPrefix("106751d"))
    #expect(sum.readable.hasSuffix("h"))
    #expect((.zero - sum).readable.hasPrefix("-"))
    #expect(sum.roundedSeconds > 9e9)
  }
}
