import DrplanTestKit
import RunEvents
import Testing
import Values

@testable import Reporting

/// Each story is printed in every form; what is printed is on file.
@Suite struct ReportGoldenTests {
  @Test(arguments: Story.allCases) func aReportReadsAsRecorded(_ story: Story) throws {
    let record = try story.record
    try assertGolden(TextReport.text(record, style: ReportStyle(width: 100)), "\(story.rawValue).txt")
    try assertGolden(MarkdownReport.text(record), "\(story.rawValue).md")
    try assertGolden(JSONReport.text(record), "\(story.rawValue).json")
  }

  @Test func aNarrowReportWithoutUnicodeReadsAsRecorded() throws {
    let record = try Story.exceptions.record
    let text = TextReport.text(record, style: ReportStyle(width: 60, color: false, ascii: true))
    #expect(text.utf8.allSatisfy { $0 < 128 })
    try assertGolden(text, "exceptions-narrow-ascii.txt")
  }

  @Test func aColouredReportReadsAsRecorded() throws {
    let text = TextReport.text(try Story.failed.record, style: ReportStyle(width: 100, color: true))
    try assertGolden(text, "failed-color.txt")
  }

  @Test func aListOfRunsReadsAsRecorded() throws {
    var rows = try Story.allCases.map { RunListRow(try $0.record) }
    rows.append(
      RunListRow(
        unreadable: try unwrapped(RunID("20261120T031502Z-billing-00ff")),
        problem: "line 1: no event\u{1b}[2J"))
    try assertGolden(RunListText.text(rows, style: ReportStyle(width: 120)), "list.txt")
    try assertGolden(JSONReport.text(rows), "list.json")
    #expect(RunListText.text([], style: ReportStyle()) == "no runs on record\n")
  }

  enum Story: String, CaseIterable {
    case met, missedRPO, unmeasured, failed, exceptions, interrupted, crashed, waiting, refused, drill,
      running

    var record: RunRecord {
      get throws {
        let fold = RunRecordFold(try events)
        return try unwrapped(
          fold.record(
            now: self == .running ? .seconds(20) : nil,
            chain: self == .crashed ? ChainRecord(.torn, detail: "line 9 has no end") : .intact))
      }
    }

    private var events: [RunEvent] {
      get throws {
        switch self {
        case .met:
          return try RunStory.good(kept: "/srv/orders/.drplan-kept/orders.db", holders: ["orders-api (812)"])
            .events
        case .missedRPO:
          var story = try RunStory(
            declared: "2026-11-20T03:14:00Z", disrupted: "2026-11-20T03:25:00Z", measuredFrom: .declaration,
            steps: try RunStory.ordersSteps)
          try story.begin("announce", at: 0.005)
          try story.restore(from: 0.01, to: 4) { try $0.end("announce", at: 0.3) }
          try story.begin("restart-services", at: 4)
          try story.end("restart-services", at: 5)
          try story.verify(from: 5, to: 6.5, [.passed, .passed])
          story.finish(.recovered)
          return story.events
        case .unmeasured:
          var story = try RunStory(
            restoredWhen: nil,
            steps: [try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"])])
          try story.restore(from: 0.01, to: 4, verified: false)
          story.finish(.recovered)
          return story.events
        case .failed:
          var story = try RunStory(steps: try RunStory.ordersSteps)
          try story.begin("announce", at: 0.01)
          try story.evidence(
            "announce",
            .notification(
              NotificationRecord(
                channel: try name("incident-room"), delivered: false, error: "connection refused")))
          try story.restore(from: 0.02, to: 8, kept: "/srv/orders/.drplan-kept/orders.db") {
            try $0.end(
              "announce", .failed, error: StepError(code: "NotDelivered", message: "no channel took it"),
              at: 0.2)
          }
          try story.begin("restart-services", at: 8)
          try story.end("restart-services", at: 9)
          try story.verify(from: 9, to: 9.5, [.passed, .failed])
          story.add(.finallyStarted)
          try story.begin("close-out", at: 9.6)
          try story.end("close-out", at: 9.9)
          story.finish(.failed, reason: "step `verify-orders` failed: 1 of 2 checks did not pass")
          return story.events
        case .exceptions:
          var story = try RunStory(
            title: "Bestellungen für Büro\u{202e}evil\u{1b}[31m", steps: try RunStory.ordersSteps)
          try story.begin("announce", at: 0.01)
          try story.restore(from: 0.02, to: 8) { story in
            story.at(1.2)
            story.add(
              .stepRetrying(
                StepRetrying(
                  step: try name("announce"), attempt: 1,
                  error: StepError(code: "Timeout", message: "no answer within 1s"), delaySeconds: 5)))
            try story.begin("announce", attempt: 2, at: 6.2)
            try story.end(
              "announce", .failed, attempts: 2,
              error: StepError(
                code: "Timeout", message: "no answer | within 1s", remedy: "look at *hooks.example.net*",
                lastLines: ["curl: (28)\u{7} timed out", "<script>alert(1)</script>"]), at: 7.3)
          }
          try story.end(
            "restart-services", .skipped, attempts: 0,
            error: StepError(code: "SkippedByPerson", message: "left out with --skip"), at: 8)
          try story.verify(from: 8, to: 9.5, [.passed])
          story.finish(.recoveredWithExceptions)
          return story.events
        case .interrupted:
          var story = try RunStory(steps: try RunStory.ordersSteps)
          try story.begin("restore-orders", at: 0.02)
          story.at(3)
          story.add(.interruptRequested(InterruptRequested(signal: "SIGTERM", stage: 1)))
          try story.end(
            "restore-orders", .cancelled, error: StepError(code: "Cancelled", message: "stopped by SIGTERM"),
            at: 3.2)
          for step in ["announce", "restart-services", "verify-orders"] {
            try story.end(step, .notReached, attempts: 0)
          }
          story.add(.finallyStarted)
          try story.begin("close-out")
          try story.end("close-out", at: 3.5)
          story.finish(.interrupted, signal: "SIGTERM")
          return story.events
        case .crashed:
          // Dies between announcing the swap and its end.
          let story = try RunStory.good(kept: "/srv/orders/.drplan-kept/orders.db")
          let events = story.events.prefix {
            if case .stepEvidence(let body) = $0.body, case .published = body.evidence { return false }
            return true
          }
          return Array(events)
        case .waiting:
          var story = try RunStory(
            steps: [
              try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"]),
              try step("approve-cutover", "Approve", .waiting, onFailure: .pause),
              try step(
                "verify-orders", "VerifyIntegrity", .verify, needs: ["approve-cutover"], verifies: ["orders"]),
            ])
          try story.restore(from: 0.01, to: 4) { try $0.begin("approve-cutover") }
          story.at(60)
          story.finish(.waiting, reason: "`Point orders traffic at the DR site?` has no answer yet")
          return story.events
        case .refused:
          var story = try RunStory(steps: try RunStory.ordersSteps)
          story.finish(.refused, reason: "the server at db.dr.example.net is not the one the plan means")
          return story.events
        case .drill:
          var story = try RunStory(
            mode: .drill, rto: 5,
            steps: [
              try step("restore-orders", "RestoreDatabase", .restore, restores: ["orders"]),
              try step("approve-cutover", "Approve", .waiting, needs: ["restore-orders"]),
              try step(
                "verify-orders", "VerifyIntegrity", .verify, needs: ["approve-cutover"], verifies: ["orders"]),
            ])
          try story.end(
            "approve-cutover", .skipped, attempts: 0,
            error: StepError(code: ExpectedResult.skippedByMode, message: "not part of a drill"))
          try story.restore(from: 0.01, to: 4)
          try story.verify(from: 4.01, to: 5.5, [.passed, .passed])
          story.finish(.recovered)
          return story.events
        case .running:
          return try RunStory.good().events.filter { $0.elapsed < .seconds(10) }
        }
      }
    }
  }
}
