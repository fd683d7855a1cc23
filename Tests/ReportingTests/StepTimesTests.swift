import RunEvents
import Testing
import Values

@testable import Reporting

@Suite struct StepTimesTests {
  private func outline(_ id: String, _ definition: SHA256Digest = .zero) throws -> StepOutline {
    StepOutline(
      id: try #require(StepID(id)), action: "RunCommand", title: nil, needs: [], phase: .other,
      timeoutSeconds: 60, estimateSeconds: nil, onFailure: .abort, isFinally: false, restores: [],
      verifies: [], definition: definition)
  }

  private func resumed(_ steps: [StepOutline]? = nil) -> RunEvent.Body {
    .runResumed(
      RunResumed(
        purpose: .resume, tool: "0", user: "root", host: "host", pid: 1, bootID: "boot", planDigest: .zero,
        steps: steps))
  }

  @Test func aStepIsMeasuredFromItsFirstAttemptToItsSuccess() throws {
    var story = try RunStory(restoredWhen: nil, steps: [try outline("a"), try outline("b")])
    try story.begin("a", at: 1)
    try story.begin("b", at: 2)
    try story.begin("a", attempt: 2, at: 4)
    try story.end("a", attempts: 2, at: 9)
    try story.end("b", .failed, error: StepError(code: "System", message: "no"), at: 10)
    #expect(
      StepTimes.of(story.events) == [
        StepTime(step: try #require(StepID("a")), definition: .zero, duration: .seconds(8))
      ])
  }

  @Test func aStepThatARunWasResumedInIsNoMeasurement() throws {
    var story = try RunStory(restoredWhen: nil, steps: [try outline("a"), try outline("b")])
    try story.begin("a", at: 1)
    story.at(500)
    story.add(resumed())
    try story.end("a", at: 501)
    try story.begin("b", at: 502)
    try story.end("b", at: 505)
    #expect(StepTimes.of(story.events).map(\.step.text) == ["b"])
    #expect(StepTimes.of(story.events).map(\.duration) == [.seconds(3)])
  }

  @Test func aPlanEditedSinceGivesItsOwnDefinitions() throws {
    let other = try #require(SHA256Digest(hex: String(repeating: "ab", count: 32)))
    var story = try RunStory(restoredWhen: nil, steps: [try outline("a"), try outline("b")])
    try story.begin("a", at: 1)
    try story.end("a", at: 2)
    story.add(resumed([try outline("a", other), try outline("b", other)]))
    try story.begin("b", at: 3)
    try story.end("b", at: 5)
    #expect(
      StepTimes.of(story.events) == [
        StepTime(step: try #require(StepID("b")), definition: other, duration: .seconds(2))
      ])
  }
}
