import BackendKit
import DrplanTestKit
import RunEvents
import Testing
import Values

@testable import Backends

/// Channels that end on this machine: `Terminal`, `File`, `Command`.
@Suite struct LocalChannelTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func fileChannel(_ path: String) throws -> FileChannel {
    FileChannel(try OpsKeys.record(FileChannel.declaration, ["path": .string(path)]))
  }

  private func commandChannel(_ keys: JSONValue) throws -> CommandChannel {
    CommandChannel(try OpsKeys.record(CommandChannel.declaration, keys, folder: folder.path))
  }

  @Test func aFileHoldsTheContractOfChannels() async throws {
    let folder = folder
    let channel = try fileChannel(folder.file("messages"))
    try await ChannelContract(channel, secrets: GivenSecrets([:])) { folder.lines("messages") }.holds()
  }

  @Test func messagesSentAtOnceAreLinesOfTheirOwn() async throws {
    let channel = try fileChannel(folder.file("messages"))
    let message = String(repeating: "x", count: 20_000)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await channel.send(ChannelContract.notification(message), secrets: GivenSecrets([:]))
        }
      }
      try await group.waitForAll()
    }
    let lines = folder.lines("messages")
    #expect(lines.count == 20)
    #expect(Set(lines).count == 1)
  }

  @Test func aFileInAFolderThatIsNotThereIsBlocked() async throws {
    let channel = try fileChannel(folder.file("nowhere/messages"))
    #expect(await channel.probe(secrets: GivenSecrets([:])).state == .blocked)
    let failure = await #expect(throws: StepFailure.self) {
      try await channel.send(ChannelContract.notification("declared"), secrets: GivenSecrets([:]))
    }
    #expect(failure?.message.contains("no such file or directory") == true)
  }

  @Test func aCommandHoldsTheContractOfChannels() async throws {
    let folder = folder
    _ = try await folder.script("tell", "(cat; echo $DRPLAN_RUN) | tr '\\n' ' ' >> got; echo >> got")
    let channel = try commandChannel(["command": ["./tell"]])
    try await ChannelContract(channel, secrets: GivenSecrets([:])) { folder.lines("got") }.holds()
  }

  @Test func aMessageIsNeverAnArgument() async throws {
    _ = try await folder.script(
      "tell", #"echo "$@" > arguments"#, "cat > message", "env | grep ^DRPLAN_ | sort > variables")
    let channel = try commandChannel(["command": ["./tell", "--team", "orders"]])
    let notification = ChannelContract.notification("$(reboot); declared", mode: .drill, report: "RTA 12 s")
    try await channel.send(notification, secrets: GivenSecrets([:]))
    #expect(folder.lines("arguments") == ["--team orders"])
    #expect(folder.text("message") == "[DRILL] $(reboot); declared\n\nRTA 12 s")
    #expect(
      folder.lines("variables") == [
        "DRPLAN_MODE=drill", "DRPLAN_NOTIFICATION_ID=20261120T031502Z-orders-7f3a/announce/room",
        "DRPLAN_PLAN=orders", "DRPLAN_RUN=20261120T031502Z-orders-7f3a", "DRPLAN_STEP=announce",
        "DRPLAN_TIME=\(notification.time)",
      ])
  }

  @Test func aCommandThatFailsDidNotTakeTheMessage() async throws {
    let channel = try commandChannel(["command": ["/bin/sh", "-c", "echo line is dead; exit 2"]])
    let failure = await #expect(throws: StepFailure.self) {
      try await channel.send(ChannelContract.notification("declared"), secrets: GivenSecrets([:]))
    }
    #expect(failure?.code == .notDelivered)
    #expect(failure?.lastLines == ["line is dead"])
  }

  @Test func aCommandThatHangsIsEnded() async throws {
    let channel = try commandChannel(["command": ["/bin/sleep", "1000"], "timeout": "100ms"])
    let failure = await #expect(throws: StepFailure.self) {
      try await channel.send(ChannelContract.notification("declared"), secrets: GivenSecrets([:]))
    }
    #expect(failure?.code == .timeout)
  }

  @Test func aCommandThatIsNotThereIsBlocked() async throws {
    let (missing, present) = (
      try commandChannel(["command": ["./nowhere"]]), try commandChannel(["command": ["sh", "-c", "true"]])
    )
    #expect(await missing.probe(secrets: GivenSecrets([:])).state == .blocked)
    #expect(await present.probe(secrets: GivenSecrets([:])).state == .wouldRun)
  }

  @Test func aTerminalShowsOneLineThatCannotSteerIt() {
    let notification = ChannelContract.notification(
      "declared\n\u{1b}[2J\u{9b}1m\u{202e}now", mode: .drill, report: "RTA 12 s\nmet")
    #expect(
      TerminalChannel.text(notification)
        == "drplan: [DRILL] orders: declared | ?[2J?1m?now\n  RTA 12 s\n  met\n")
  }
}
