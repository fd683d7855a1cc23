import BackendKit
import RunEvents
import Testing

/// Whose answer counts, and when a question is settled.
@Suite struct ApprovalTallyTests {
  private typealias Standing = ApprovalTally.Standing

  private func request(_ from: [String] = [], quorum: Int = 1, round: Int? = nil) -> ApprovalRequest {
    ApprovalRequest(prompt: "?", from: from, quorum: quorum, timeoutSeconds: 60, round: round)
  }

  private func answer(
    _ person: String, _ approves: Bool = true, groups: Set<String> = [], id: String? = nil,
    problem: String? = nil
  ) -> GivenAnswer {
    GivenAnswer(
      id: id ?? "\(person)-\(approves)", person: Person(shown: person), groups: groups, approves: approves,
      comment: approves ? nil : "no", problem: problem)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var starter = "olga"
    var person: String
    var groups: Set<String> = []
    var from: [String] = []
    var problem: String?
    var rejected: String?
  }

  @Test(arguments: [
    Case(testDescription: "anyone", person: "anna"),
    Case(testDescription: "named", person: "anna", from: ["ben", "anna"]),
    Case(testDescription: "in a group", person: "anna", groups: ["staff", "leads"], from: ["leads"]),
    Case(
      testDescription: "stranger", person: "eve", groups: ["staff"], from: ["leads"],
      rejected: "none of leads"),
    Case(testDescription: "self", person: "olga", rejected: "started the run"),
    Case(testDescription: "self, entitled", person: "olga", from: ["olga"], rejected: "started the run"),
    Case(testDescription: "self through sudo", person: "olga (as root)", rejected: "started the run"),
    Case(
      testDescription: "self, run through sudo", starter: "olga (as root)", person: "olga",
      rejected: "started the run"),
    Case(testDescription: "another through sudo", starter: "olga (as root)", person: "anna (as root)"),
    Case(
      testDescription: "nameless root, run through sudo", starter: "olga (as root)", person: "root",
      rejected: "root may be olga"),
    Case(testDescription: "root, run of a user", person: "root"),
    Case(testDescription: "root, run of root", starter: "root", person: "root", rejected: "started the run"),
    Case(testDescription: "sudo, run of root", starter: "root", person: "anna (as root)"),
    Case(
      testDescription: "as root is not root", person: "anna (as root)", from: ["root"],
      rejected: "none of root"),
    Case(testDescription: "no answer", person: "anna", problem: "its file is damaged", rejected: "damaged"),
  ])
  func whoCounts(_ each: Case) {
    for approves in [true, false] {
      var tally = ApprovalTally(request(each.from), startedBy: each.starter)
      let taken = tally.take(answer(each.person, approves, groups: each.groups, problem: each.problem))
      #expect(taken?.user == each.person)
      guard let rejected = each.rejected else {
        #expect(taken?.rejected == nil)
        #expect(
          tally.standing
            == (approves ? .approved([each.person]) : .denied(by: each.person, comment: "no")))
        continue
      }
      #expect(taken?.rejected?.contains(rejected) == true, "\(taken?.rejected ?? "counts")")
      #expect(tally.standing == .waiting(missing: 1))
    }
  }

  @Test func eachPersonAgreesOnce() {
    var tally = ApprovalTally(request(quorum: 2), startedBy: "olga")
    #expect(tally.take(answer("anna"))?.rejected == nil)
    #expect(tally.take(answer("anna", id: "again"))?.rejected == "anna agreed before")
    #expect(tally.take(answer("anna (as root)", id: "as root"))?.rejected == "anna agreed before")
    #expect(tally.standing == .waiting(missing: 1))
    #expect(tally.take(answer("ben"))?.rejected == nil)
    #expect(tally.standing == .approved(["anna", "ben"]))
  }

  @Test func whoAgreedMayStillSayNo() {
    var tally = ApprovalTally(request(quorum: 2), startedBy: "olga")
    _ = tally.take(answer("anna"))
    #expect(tally.take(answer("anna", false))?.rejected == nil)
    #expect(tally.standing == .denied(by: "anna", comment: "no"))
  }

  @Test func oneAnswerIsTakenOnceAndNothingAfterTheEnd() {
    var tally = ApprovalTally(request(quorum: 2), startedBy: "olga")
    #expect(tally.take(answer("anna")) != nil)
    #expect(tally.take(answer("anna")) == nil)
    _ = tally.take(answer("ben"))
    #expect(tally.take(answer("carl", false)) == nil)
    #expect(tally.standing == .approved(["anna", "ben"]))
  }

  @Test func whatIsOnRecordCountsAfterACrash() {
    let before = request(quorum: 2)
    let anna = ApprovalAnswer(user: "anna", approves: true, id: "1")
    let eve = ApprovalAnswer(user: "eve", approves: false, rejected: "stranger", id: "2")
    var tally = ApprovalTally(
      before, startedBy: "olga",
      earlier: [.approvalRequested(before), .approvalAnswered(anna), .approvalAnswered(eve)])
    #expect(tally.standing == .waiting(missing: 1))
    #expect(tally.take(answer("anna", id: "1")) == nil && tally.take(answer("eve", false, id: "2")) == nil)
    _ = tally.take(answer("ben", id: "3"))
    #expect(tally.standing == .approved(["anna", "ben"]))
  }

  @Test func aNoOnRecordHoldsAfterACrashAndNotAfterARoundThatEnded() {
    let no = ApprovalAnswer(user: "anna", approves: false, id: "1")
    let earlier: [StepEvidence] = [.approvalRequested(request()), .approvalAnswered(no)]
    #expect(
      ApprovalTally(request(round: 0), startedBy: "olga", earlier: earlier).standing
        == .denied(by: "anna", comment: nil))
    var next = ApprovalTally(request(round: 1), startedBy: "olga", earlier: earlier)
    #expect(next.standing == .waiting(missing: 1))
    // What was answered in the round before is not taken for an answer to the question asked anew.
    #expect(next.take(answer("anna", false, id: "1")) == nil)
    #expect(next.take(answer("anna", id: "2"))?.rejected == nil)
  }

  /// All sequences of four answers by three people: the count against a plain model of the rules.
  @Test(arguments: 1...3) func everySequenceOfAnswers(_ quorum: Int) {
    let people = ["anna", "ben", "olga"]
    let choices = people.flatMap { [($0, true), ($0, false)] }
    for number in 0..<(choices.count * choices.count * choices.count * choices.count) {
      var rest = number
      var tally = ApprovalTally(request(quorum: quorum), startedBy: "olga")
      var agreed: [String] = []
      var denier: String?
      for position in 0..<4 {
        let (person, approves) = choices[rest % choices.count]
        rest /= choices.count
        let isSettled = denier != nil || agreed.count >= quorum
        let taken = tally.take(answer(person, approves, id: "\(position)"))
        #expect((taken == nil) == isSettled)
        guard !isSettled, person != "olga" else { continue }
        if approves {
          if !agreed.contains(person) { agreed.append(person) }
        } else {
          denier = person
        }
      }
      let expected: Standing =
        if let denier {
          .denied(by: denier, comment: "no")
        } else if agreed.count >= quorum {
          .approved(agreed)
        } else {
          .waiting(missing: quorum - agreed.count)
        }
      #expect(tally.standing == expected, "sequence \(number)")
    }
  }

  /// Crashing between any two answers changes nothing about the outcome.
  @Test func aCrashAnywhereGivesTheSameOutcome() {
    let answers = [
      answer("olga", id: "0"), answer("anna", id: "1"), answer("anna", id: "2"),
      answer("ben", false, id: "3"),
      answer("carl", id: "4"),
    ]
    for quorum in 1...3 {
      let asked = request(quorum: quorum)
      var whole = ApprovalTally(asked, startedBy: "olga")
      for answer in answers { _ = whole.take(answer) }
      for crash in 0...answers.count {
        var record: [StepEvidence] = [.approvalRequested(asked)]
        var first = ApprovalTally(asked, startedBy: "olga")
        for answer in answers.prefix(crash) {
          if let taken = first.take(answer) { record.append(.approvalAnswered(taken)) }
        }
        var second = ApprovalTally(asked, startedBy: "olga", earlier: record)
        for answer in answers { _ = second.take(answer) }
        #expect(second.standing == whole.standing, "quorum \(quorum), crash after \(crash)")
      }
    }
  }

  @Test(arguments: ["anna", "anna (as root)", "root", "1000"]) func aPersonSurvivesTheRecord(_ shown: String)
  {
    #expect(Person(shown: shown).shown == shown)
    #expect(Person(shown: shown) == Person(shown: Person(shown: shown).shown))
  }

  @Test func rootIsNotSomebodyAsRoot() {
    #expect(Person(login: "root", actsAsRoot: true) == Person(login: "root"))
  }
}
