import RunEvents
import Testing
import Values

@testable import Reporting

/// What a drill left behind.
@Suite struct DrillRecordTests {
  private func drill(
    _ mode: RunMode = .drill, check: CheckRecord.State = .passed, after: (inout RunStory) throws -> Void
  ) throws -> RunRecord {
    var story = try RunStory(
      mode: mode, disrupted: "2026-11-20T03:15:02.250Z", steps: try RunStory.ordersSteps)
    for path in ["/s/a", "/s/b"] {
      story.add(.drillPlaceMade(DrillPlace(database: try name("orders"), path: path)))
    }
    try story.restore(from: 0, to: 2)
    try story.verify(from: 2, to: 3, [.passed, check])
    story.finish(.recovered)
    try after(&story)
    return try unwrapped(RunRecordFold(story.events).record())
  }

  private func removed(_ path: String, error: String? = nil) throws -> RunEvent.Body {
    .drillPlaceRemoved(
      DrillPlace(
        database: try name("orders"), path: path, error: error,
        bytes: error == nil ? nil : ByteCount(2048 as Int64)))
  }

  @Test func whatWasRemovedIsNoLeftover() throws {
    let record = try drill { story in
      story.add(try removed("/s/a"))
      story.add(try removed("/s/b"))
    }
    #expect(record.leftovers == [] && record.exitCode == 0)
    #expect(TextReport.text(record, style: ReportStyle()).contains("leftovers  0\n"))
  }

  @Test func whatCouldNotBeRemovedIsListedAndNoSuccess() throws {
    let record = try drill { story in
      story.add(try removed("/s/a", error: "busy"))
      story.add(try removed("/s/b"))
    }
    #expect(record.leftovers?.map(\.path) == ["/s/a"] && record.leftovers?.first?.reason == "busy")
    #expect(record.result == .ended(.recovered) && record.exitCode == 4)
    for text in [TextReport.text(record, style: ReportStyle()), MarkdownReport.text(record)] {
      #expect(text.contains("/s/a, 2.0 KiB of database orders: busy"))
      #expect(text.contains("drplan drill --cleanup"))
    }
  }

  @Test func whatWasRemovedInTheEndIsNoLeftover() throws {
    let record = try drill { story in
      story.add(try removed("/s/a", error: "busy"))
      story.add(try removed("/s/b"))
      story.add(try removed("/s/a"))
    }
    #expect(record.leftovers == [])
  }

  @Test func aPlaceWithoutAnEndMayStillStand() throws {
    let record = try drill { story in story.add(try removed("/s/a")) }
    #expect(record.leftovers?.map(\.path) == ["/s/b"] && record.exitCode == 4)
    #expect(record.warnings.contains { $0.contains("/s/b") })
  }

  @Test func cleaningUpIsNoPartOfTheRunsTime() throws {
    let record = try drill { story in
      story.at(100)
      story.add(try removed("/s/a"))
      story.add(try removed("/s/b"))
    }
    #expect(record.seconds == 3)
  }

  @Test func onlyDrillsHaveLeftovers() throws {
    #expect(try drill(.recovery) { _ in }.leftovers == nil)
  }

  @Test func aCheckThatWasNotMadeIsNeitherAWarningNorAPass() throws {
    let record = try drill(check: .skipped) { story in
      story.add(try removed("/s/a"))
      story.add(try removed("/s/b"))
    }
    #expect(!record.warnings.contains { $0.contains("did not pass") })
    #expect(record.checks.map(\.state) == [.passed, .skipped])
    #expect(TextReport.text(record, style: ReportStyle()).contains("Skipped"))
  }
}
