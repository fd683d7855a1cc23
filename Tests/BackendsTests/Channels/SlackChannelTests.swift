import BackendKit
import DrplanTestKit
import FoundationEssentials
import RunEvents
import Testing
import Values

@testable import Backends

@Suite struct SlackChannelTests {
  private func channel() throws -> SlackChannel {
    SlackChannel(try OpsKeys.record(SlackChannel.declaration, ["webhookUrl": "${secrets.hook}"]))
  }

  @Test func holdsTheContractOfChannels() async throws {
    let server = try HTTPTestServer(.answer(200, body: "ok"))
    defer { server.stop() }
    let secrets = GivenSecrets(["hook": server.url("/services/T/B/x")])
    try await ChannelContract(try channel(), secrets: secrets) { server.requests.map(\.body) }.holds()
  }

  @Test func theWordThatSlackRefusesWithIsShown() async throws {
    let server = try HTTPTestServer(.answer(400, body: "invalid_payload"))
    defer { server.stop() }
    let channel = try channel()
    let failure = await #expect(throws: StepFailure.self) {
      try await channel.send(
        ChannelContract.notification("declared"), secrets: GivenSecrets(["hook": server.url()]))
    }
    #expect(failure?.message == "the Slack webhook answered 400 (`invalid_payload`)")
  }

  @Test func everythingIsCutToWhatSlackTakes() throws {
    let long = String(repeating: "<données & 👩‍🚒> ", count: 5000)
    let report = (1...20_000).map { "line \($0) `code`" }.joined(separator: "\n")
    let payload = SlackMessage(ChannelContract.notification(long, mode: .drill, report: report)).payload
    let message = try JSONDecoder().decode(Payload.self, from: Data(payload.text().utf8))
    #expect(message.text.utf16.count <= SlackMessage.Limit.text)
    #expect(message.text.hasPrefix("[DRILL] &lt;données &amp; 👩‍🚒&gt;"))
    #expect(message.text.hasSuffix("…"))
    #expect(message.blocks.count == SlackMessage.Limit.blocks)
    #expect(message.blocks[0].text?.text == "[DRILL] orders")
    #expect(message.blocks.allSatisfy { ($0.text?.text.utf16.count ?? 0) <= SlackMessage.Limit.section })
    #expect(message.blocks.last?.text?.text == "```\n…the report goes on: see 'drplan runs report'\n```")
    #expect(message.blocks[3].text?.text.hasPrefix("```\nline 1 'code'\nline 2 'code'\n") == true)
  }

  @Test func aCutNeverLeavesHalfAnEscape() {
    for limit in 2...12 {
      let cut = SlackMessage.cut("ab&amp;cd&lt;ef", limit)
      #expect(cut.utf16.count <= limit)
      if let escape = cut.lastIndex(of: "&") { #expect(cut[escape...].contains(";")) }
    }
  }

  @Test func aShortMessageIsWhole() throws {
    let payload = SlackMessage(ChannelContract.notification("Orders declared.")).payload
    let message = try JSONDecoder().decode(Payload.self, from: Data(payload.text().utf8))
    #expect(message.text == "Orders declared.")
    #expect(message.blocks.map(\.type) == ["header", "section", "context"])
  }
}

private struct Payload: Decodable {
  struct Block: Decodable {
    struct Text: Decodable { var text: String }
    var type: String
    var text: Text?
  }
  var text: String
  var blocks: [Block]
}
