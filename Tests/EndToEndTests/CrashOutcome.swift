import DrplanTestKit
import Testing

extension CrashShop {
  /// What a recovery left behind, without what differs between any two: times, ids, numbers of attempts.
  struct Outcome: Sendable, Equatable {
    /// As it was told and as it stands on record.
    let exitCode: Double?
    let result: String?
    /// The state of each step.
    let steps: [String: String]
    /// How often each database was published, by the record.
    let published: [String: Int]
    /// How many copies of what stood at each place are kept.
    let kept: [String: Int]
    /// Each message that was delivered, without the run's id, and through which channel.
    let messages: Set<String>

    init(_ session: CLISession, run: String, _ result: CLIResult) throws {
      let record = try result.json()
      exitCode = record["exitCode"].number
      self.result = record["result"].string
      steps = record["steps"].list.reduce(into: [:]) { steps, step in
        steps[step["id"].string ?? ""] = step["state"].string ?? ""
      }
      var published: [String: Int] = [:]
      for line in session.read("state/runs/\(run)/journal.jsonl").split(separator: "\n") {
        let event = try CLIJSON(Array(line.utf8))
        guard let database = event["data"]["published"]["database"].string else { continue }
        published[database, default: 0] += 1
      }
      self.published = published
      kept = session.names(in: "data").reduce(into: [:]) { kept, name in
        let parts = name.split(separator: ".before-", maxSplits: 1)
        guard parts.count == 2 else { return }
        kept[String(parts[0]), default: 0] += 1
      }
      var messages: Set<String> = []
      for line in session.read("notifications.jsonl").split(separator: "\n") {
        // A power cut may leave the beginning of a line, which the next line then follows.
        guard let id = try? CLIJSON(Array(line.utf8))["id"].string else { continue }
        messages.insert(id.replacing(run, with: "RUN"))
      }
      for line in session.read("pages.txt").split(separator: "\n") {
        messages.insert(String(line.replacing(run, with: "RUN")))
      }
      self.messages = messages
    }
  }
}
