import RunEvents
import Testing

@testable import Execution

@Suite struct MailboxTests {
  private func stages(_ messages: [Mailbox.Message]) -> [Int] {
    messages.compactMap { if case .input(.interrupt(let request)) = $0 { request.stage } else { nil } }
  }

  private func message(_ stage: Int) -> Mailbox.Message {
    .input(.interrupt(InterruptRequested(signal: "SIGINT", stage: stage)))
  }

  @Test func messagesComeTogetherAndInOrder() async {
    let mailbox = Mailbox()
    for stage in 1...3 { mailbox.post(message(stage)) }
    #expect(stages(await mailbox.take()) == [1, 2, 3])
  }

  @Test func aReaderWaitsForTheFirstMessage() async {
    let mailbox = Mailbox()
    async let messages = mailbox.take()
    mailbox.post(message(1))
    #expect(stages(await messages) == [1])
  }

  @Test func aClosedMailboxGivesBackWhatNobodyReadAndTakesNothing() {
    let mailbox = Mailbox()
    mailbox.post(message(1))
    #expect(stages(mailbox.close()) == [1])
    #expect(!mailbox.post(message(2)))
    #expect(mailbox.close().isEmpty)
  }

  @Test func noMessageOfManyAtOnceIsLost() async {
    let mailbox = Mailbox()
    await withTaskGroup(of: Void.self) { group in
      for stage in 0..<1000 { group.addTask { _ = mailbox.post(message(stage)) } }
      var seen: Set<Int> = []
      while seen.count < 1000 { seen.formUnion(stages(await mailbox.take())) }
      #expect(seen == Set(0..<1000))
    }
  }
}
