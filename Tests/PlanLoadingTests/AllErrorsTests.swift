import Diagnostics
import DrplanTestKit
import PlanLoading
import Testing
import Values

@Suite struct AllErrorsTests {
  @Test func allErrorsOfAFileAreReportedInOrder() {
    let loaded = LoadedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: 1️⃣Orders
      objectives: {rto: 2️⃣30, rpo: 5m}
      repositry3️⃣: {directory: x}
      databases:
        orders: {engine: 4️⃣SQLit, source: {path: x}}
        ledger: {engine: SQLite, source: {5️⃣pth: x}, 6️⃣nope: 1}
      steps:
        - {id: a, action: 7️⃣RestoreDb, with: {}}
        - {id: 8️⃣B_1, action: RunCommand, with: {command: 9️⃣x}}
      """.replacing("repositry3️⃣", with: "3️⃣repositry"))
    #expect(loaded.plan == nil)
    let marks: [Character] = ["1️⃣", "2️⃣", "3️⃣", "4️⃣", "5️⃣", "6️⃣", "7️⃣", "8️⃣", "9️⃣"]
    for mark in marks.dropFirst() where mark != "8️⃣" {
      #expect(loaded.starts.contains(loaded.marked[mark]), "\(mark) \(loaded.messages)")
    }
    #expect(loaded.starts == loaded.starts.sorted())
    #expect(Set(loaded.diagnostics.map(\.file)) == ["plan.yaml"])
  }

  @Test func aBadNameDoesNotHideTheErrorsOfTheSteps() {
    let loaded = LoadedPlan(
      LoadedPlan.head.replacing("name: orders", with: "name: 1️⃣Orders2️⃣")
        + "\nsteps:\n  - {id: a, action: 3️⃣Nope}\n")
    #expect(loaded.codes == ["DRP108", "DRP104"])
    #expect(loaded.ranges.first == loaded.marked["1️⃣", "2️⃣"])
    #expect(loaded.starts.last == loaded.marked["3️⃣"])
  }

  @Test func badNamesOfPartsAreReported() {
    let loaded = LoadedPlan.minimal(
      "databases: {1️⃣Orders: {engine: SQLite, source: {path: x}}}\nservices: {2️⃣My_API: {manager: Process, command: [x]}}\nchannels: {3️⃣C: {type: Terminal}}"
    )
    #expect(loaded.codes == ["DRP108", "DRP108", "DRP108"])
    #expect(loaded.starts == ["1️⃣", "2️⃣", "3️⃣"].map { loaded.marked[$0] })
  }

  @Test func theErrorsOfBothPlacesOfADatabaseAreReported() {
    let loaded = LoadedPlan.minimal(
      "databases: {a: {engine: SQLite, source: {1️⃣pth: x}, recovery: {2️⃣file: y}, 3️⃣extra: 1}}")
    for mark: Character in ["1️⃣", "2️⃣", "3️⃣"] { #expect(loaded.starts.contains(loaded.marked[mark])) }
    #expect(loaded.codes.filter { $0 == "DRP101" }.count == 3)
  }

  @Test(arguments: [
    ("- {1️⃣name: a, action: RunCommand, with: {command: [x]}}", "did you mean `id`?"),
    ("- {id: a, action: RunCommand, 1️⃣depends_on: [x], with: {command: [x]}}", "did you mean `needs`?"),
    ("- {id: a, action: RunCommand, 1️⃣uses: x, with: {command: [x]}}", "did you mean `action`?"),
    ("- {id: a, action: RunCommand, 1️⃣TimeOut: 5m, with: {command: [x]}}", "did you mean `timeout`?"),
    (
      "- {id: a, action: RunCommand, 1️⃣continue-on-error: true, with: {command: [x]}}",
      "did you mean `onFailure`?"
    ),
  ])
  func wordsOfOtherToolsAreTranslated(_ step: String, _ hint: String) {
    let loaded = LoadedPlan("\(LoadedPlan.head)\nsteps:\n  \(step)\n")
    #expect(loaded.diagnostics.contains { $0.range.start == loaded.marked["1️⃣"] && $0.hint == hint })
  }

  @Test(arguments: [
    ("- 1️⃣text", "DRP103"), ("- 1️⃣{id: a}", "DRP102"), ("- {id: a, action: 1️⃣[x]}", "DRP103"),
    ("- {id: a, action: RunCommand, with: 1️⃣[x]}", "DRP103"),
    ("- {id: a, action: RunCommand, with: 1️⃣{}}", "DRP102"),
    ("- {id: 1️⃣a_b, action: RunCommand, with: {command: [x]}}", "DRP108"),
    ("- {id: a, action: RunCommand, needs: 1️⃣b, with: {command: [x]}}", "DRP103"),
    ("- {id: a, action: RunCommand, retry: {maxAttempts: 1️⃣0}, with: {command: [x]}}", "DRP105"),
    ("- {id: a, action: RunCommand, retry: 1️⃣{}, with: {command: [x]}}", "DRP102"),
    ("- {id: a, action: RunCommand, modes: [1️⃣test], with: {command: [x]}}", "DRP110"),
    ("- {id: a, action: RunCommand, modes: 1️⃣[], with: {command: [x]}}", "DRP105"),
    ("- {id: a, action: RunCommand, onFailure: 1️⃣continue, with: {command: [x]}}", "DRP110"),
    ("- {id: a, action: RunCommand, timeout: 1️⃣30, with: {command: [x]}}", "DRP106"),
  ])
  func aWrongStepIsReportedAtItsPlace(_ step: String, _ code: String) {
    let loaded = LoadedPlan("\(LoadedPlan.head)\nsteps:\n  \(step)\n")
    #expect(loaded.plan == nil)
    #expect(loaded.codes == [code])
    #expect(loaded.starts == [loaded.marked["1️⃣"]])
  }

  @Test func thereMustBeSteps() {
    #expect(LoadedPlan(LoadedPlan.head + "\nsteps: []\n").codes == ["DRP105"])
    #expect(LoadedPlan(LoadedPlan.head + "\nsteps:\n").codes == ["DRP103"])
  }

  @Test(arguments: [
    ("secrets: {a: 1️⃣{}}", "DRP102"), ("secrets: {a: {env: A, 1️⃣file: b}}", "DRP111"),
    ("secrets: {a: 1️⃣hunter2}", "DRP103"),
    ("repository: 1️⃣x", "DRP103"), ("labels: {a: 1️⃣[x]}", "DRP103"), ("databases: 1️⃣[a]", "DRP103"),
    ("databases: {a: 1️⃣x}", "DRP103"), ("databases: {a: {engine: SQLite, source: 1️⃣x}}", "DRP103"),
    ("services: {a: 1️⃣{command: [x]}}", "DRP102"), ("channels: {a: {type: 1️⃣Telegram}}", "DRP104"),
    ("services: {a: {manager: Process, command: [x], ready: {status: 1️⃣200, tcp: \"h:1\"}}}", "DRP111"),
    ("services: {a: {manager: Process, command: [x], ready: 1️⃣{}}}", "DRP102"),
    ("services: {a: {manager: Process, command: [x], ready: {tcp: 1️⃣localhost}}}", "DRP105"),
  ])
  func aWrongSectionIsReportedAtItsPlace(_ text: String, _ code: String) {
    let loaded = LoadedPlan.minimal(text)
    #expect(loaded.plan == nil)
    #expect(loaded.codes == [code])
    #expect(loaded.starts == [loaded.marked["1️⃣"]])
  }

  @Test func theSchemaIsOfTheSameKeys() {
    let schema = PlanSchema.document(for: RegistryFixtures.registry)
    #expect(schema["$schema"] == "http://json-schema.org/draft-07/schema#")
    #expect(schema["additionalProperties"] == false)
    #expect(schema["patternProperties"]?["^x-"] == true)
    #expect(schema["required"] == ["apiVersion", "kind", "name", "objectives", "steps"])
    #expect(
      schema["properties"]?["steps"]?["items"]?["properties"]?["action"]?["enum"]?.text().contains(
        "RestoreDatabase") == true)
    #expect(PlanSchema.sections(for: RegistryFixtures.registry).count == 11)
  }
}
