import BackendKit
import Declarations
import Diagnostics
import DrplanTestKit
import PlanLoading
import PlanModel
import RunEvents
import Testing
import Values

@Suite struct SectionTests {
  static let everything = """
    apiVersion: drplan/v1
    kind: RecoveryPlan
    name: orders
    title: Orders platform
    description: Rebuilds it
    owner: team-orders
    labels: {service: orders, tier: "1"}
    objectives: {rto: 15m, rpo: 5m, mtd: 4h, measuredFrom: Disruption, restoredWhen: verify-orders}
    params:
      point: {type: RecoveryPoint, default: Latest, description: which state}
    secrets:
      hook: {env: ORDERS_HOOK}
      key: {file: keys/archive}
      word: {command: [vault, kv, get, kv/dr]}
    repository: {directory: ../backups}
    databases:
      orders:
        engine: SQLite
        source: {path: orders.db}
        recovery: {path: /dr/orders.db}
        backup: {type: Full}
      files: {engine: Files, source: {path: files}}
    services:
      api: {manager: Process, command: [serve], ready: {http: "http://127.0.0.1/", status: 204, within: 5s}}
    channels:
      console: {type: Terminal}
      room: {type: Slack, webhookUrl: "${secrets.hook}"}
    defaults: {timeout: 10m, onFailure: Pause}
    steps:
      - id: restore-orders
        title: Restore the orders database
        action: RestoreDatabase
        needs: []
        estimate: 4m
        timeout: 5m
        retry: {maxAttempts: 3, attemptTimeout: 2m, backoff: {initial: 5s, factor: 3, max: 1m}}
        onFailure: Continue
        modes: [recovery]
        with: {database: orders, backup: "${params.point}"}
      - id: verify-orders
        action: VerifyIntegrity
        with: {checks: [{type: EngineCheck, database: orders}]}
    finally:
      - {id: close-out, action: NotifyStakeholders, with: {channels: [room], message: "It is ${run.result}"}}
    """
  private let loaded = LoadedPlan(everything)

  @Test func aPlanWithEverythingLoadsWithoutAWord() { #expect(loaded.messages == []) }

  @Test func theHeadIsRead() throws {
    let plan = try #require(loaded.plan)
    #expect(plan.name.text == "orders")
    #expect(plan.title == "Orders platform")
    #expect(plan.description == "Rebuilds it")
    #expect(plan.owner == "team-orders")
    #expect(plan.labels == ["service": "orders", "tier": "1"])
    #expect(plan.params == ["point": "Latest"])
    #expect(plan.file == "plan.yaml")
    #expect(plan.directory == "/plans/orders")
    #expect(plan.digest == RegistryFixtures.digest(loaded.marked.bytes))
  }

  @Test func objectivesAreRead() throws {
    let objectives = try #require(loaded.plan).objectives
    #expect(objectives.rto == .seconds(900))
    #expect(objectives.rpo == .seconds(300))
    #expect(objectives.mtd == .seconds(14_400))
    #expect(objectives.measuredFrom == .disruption)
    #expect(objectives.restoredWhen?.text == "verify-orders")
  }

  @Test func objectivesHaveDefaults() throws {
    let objectives = try #require(LoadedPlan.minimal("").plan).objectives
    #expect(objectives.mtd == nil)
    #expect(objectives.measuredFrom == .declaration)
    #expect(objectives.restoredWhen == nil)
  }

  @Test func secretsAreReadAsOrigins() throws {
    let secrets = try #require(loaded.plan).secrets
    #expect(secrets.map(\.name) == ["hook", "key", "word"])
    #expect(secrets[0].value == .environment("ORDERS_HOOK"))
    #expect(secrets[1].value == .file("/plans/orders/keys/archive"))
    #expect(secrets[2].value == .command(["vault", "kv", "get", "kv/dr"].map(Template.init(literal:))))
  }

  @Test func placesAreAbsolute() throws {
    let plan = try #require(loaded.plan)
    #expect(plan.repository?.directory == "/plans/backups")
    #expect(plan.databases.map(\.id.text) == ["orders", "files"])
    #expect(plan.databases.map(\.engineName) == ["SQLite", "Files"])
    #expect(plan.databases.map(\.source.path) == ["/plans/orders/orders.db", "/plans/orders/files"])
    #expect(plan.databases.map(\.recovery.path) == ["/dr/orders.db", "/plans/orders/files"])
  }

  @Test func servicesAndChannelsAreRead() throws {
    let plan = try #require(loaded.plan)
    #expect(plan.services.map(\.binding.id.text) == ["api"])
    #expect(plan.services.map(\.managerName) == ["Process"])
    #expect(plan.services[0].binding.readiness?.within == .seconds(5))
    #expect(plan.channels.map(\.id.text) == ["console", "room"])
    #expect(plan.channels.map(\.typeName) == ["Terminal", "Slack"])
    #expect(plan.uses.map(\.name) == ["hook"])
  }

  @Test func everyKeyOfAStepIsRead() throws {
    let step = try #require(loaded.plan).steps[0]
    #expect(step.id.text == "restore-orders")
    #expect(step.title == "Restore the orders database")
    #expect(step.actionName == "RestoreDatabase")
    #expect(step.needs == [])
    #expect(step.estimate == .seconds(240))
    #expect(step.timeout == .seconds(300))
    #expect(step.declaresTimeout)
    #expect(step.onFailure == .continue)
    #expect(step.modes == [.recovery])
    #expect(
      step.retry
        == RetryPolicy(
          maxAttempts: 3, attemptTimeout: .seconds(120), initial: .seconds(5), factor: 3, max: .seconds(60)))
    #expect(step.uses.map(\.name) == ["orders"])
    #expect(step.action.effects.restores.map(\.text) == ["orders"])
  }

  @Test func defaultsHoldForStepsThatSayNothing() throws {
    let plan = try #require(loaded.plan)
    #expect(plan.steps[1].timeout == .seconds(600))
    #expect(plan.steps[1].declaresTimeout)
    #expect(plan.steps[1].onFailure == .pause)
    #expect(plan.steps[1].needs == nil)
    #expect(plan.steps[1].retry == .never)
    #expect(plan.steps[1].modes == Set(RunMode.allCases))
    #expect(plan.finally[0].onFailure == .pause)
  }

  @Test func withoutDefaultsAStepMayTakeAsLongAsTheRTO() throws {
    let step = try #require(LoadedPlan.minimal("").plan).steps[0]
    #expect(step.timeout == .seconds(900))
    #expect(!step.declaresTimeout)
    #expect(step.onFailure == .abort)
  }

  @Test func referencesBelongToTheStepThatHasThem() throws {
    let plan = try #require(loaded.plan)
    #expect(plan.steps.allSatisfy { $0.references.isEmpty })
    #expect(plan.finally[0].references.map(\.reference.description) == ["${run.result}"])
    #expect(plan.finally[0].uses.map(\.name) == ["room"])
  }

  @Test func referencesOutsideStepsAreKept() throws {
    let loaded = LoadedPlan.minimal("services:\n  api: {manager: Process, command: [\"${run.id}\"]}")
    #expect(try #require(loaded.plan).references.map(\.reference.description) == ["${run.id}"])
  }

  @Test func keysThatBeginWithXAreNotRead() {
    let loaded = LoadedPlan.minimal("x-anchors: {anything: [1, \"${nothing.here}\", \"${broken\"]}")
    #expect(loaded.messages == [])
    #expect(loaded.plan != nil)
  }

  @Test func anAnchorIsReadWhereItIsUsed() throws {
    let loaded = LoadedPlan(
      """
      \(LoadedPlan.head)
      x-retry: &retry {maxAttempts: 3}
      steps:
        - {id: a, action: RunCommand, retry: *retry, with: {command: [x]}}
        - {id: b, action: RunCommand, retry: *retry, with: {command: [x]}}
      """)
    #expect(try #require(loaded.plan).steps.map(\.retry.maxAttempts) == [3, 3])
  }

  @Test func anErrorInAnAnchorIsReportedOnce() {
    let loaded = LoadedPlan(
      """
      \(LoadedPlan.head)
      x-retry: &retry {maxAttempts: 1️⃣02️⃣}
      steps:
        - {id: a, action: RunCommand, retry: *retry, with: {command: [x]}}
        - {id: b, action: RunCommand, retry: *retry, with: {command: [x]}}
      """)
    #expect(loaded.codes == ["DRP105"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test(arguments: [
    "repository: {1️⃣s32️⃣: {bucket: x}, directory: x}",
    "repository: {1️⃣encryptionKey2️⃣: \"${secrets.x}\", directory: x}",
    "1️⃣drills2️⃣: [{name: weekly}]",
    "secrets: {a: {1️⃣vault2️⃣: x, env: A}}", "databases: {a: {engine: 1️⃣PostgreSQL2️⃣, source: {host: x}}}",
    "databases: {a: {engine: SQLite, source: {path: x}, backup: {1️⃣schedule2️⃣: \"* * * * *\"}}}",
  ])
  func whatALaterVersionWillDoIsRefused(_ text: String) {
    let loaded = LoadedPlan.minimal(text)
    #expect(loaded.plan == nil)
    #expect(loaded.codes == ["DRP120"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test func anIdentityIsTheFactsOfItsEngine() {
    let loaded = LoadedPlan.minimal(
      "databases: {a: {engine: SQLite, source: {path: x}, identity: {applicationId: 7, kind: File}}}")
    #expect(loaded.codes.isEmpty)
    #expect(loaded.plan?.databases.first?.identity == ["applicationId": "7", "kind": "File"])
    let without = LoadedPlan.minimal("databases: {a: {engine: SQLite, source: {path: x}}}")
    #expect(without.plan?.databases.first?.identity == [:])
  }

  @Test(arguments: [
    ("{1️⃣systemIdentifier2️⃣: \"7\"}", "DRP101"), ("{applicationId: 1️⃣seven2️⃣}", "DRP103"),
    ("1️⃣File2️⃣", "DRP103"),
  ])
  func anIdentityOfOtherFactsIsRefused(_ identity: String, _ code: String) {
    let loaded = LoadedPlan.minimal(
      "databases: {a: {engine: SQLite, source: {path: x}, identity: \(identity)}}")
    #expect(loaded.plan == nil)
    #expect(loaded.codes == [code])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test(arguments: [
    "action: 1️⃣Approve2️⃣\nwith: {prompt: ok}"
  ])
  func whatALaterVersionsStepsWillDoIsRefused(_ text: String) {
    let loaded = LoadedPlan.step(text)
    #expect(loaded.codes == ["DRP120"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test(arguments: [
    (
      "apiVersion: 1️⃣drplan/v22️⃣\nkind: RecoveryPlan",
      "`drplan/v2` is not an `apiVersion` that this version of drplan reads"
    ),
    (
      "apiVersion: drplan/v1\nkind: 1️⃣Workflow2️⃣",
      "`Workflow` is not an `kind` that this version of drplan reads"
    ),
  ])
  func anotherLanguageIsRefusedWithoutAFlood(_ head: String, _ message: String) {
    let loaded = LoadedPlan("\(head)\nfoo: bar\nsteps: 5\n")
    #expect(loaded.messages == [message])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test func aPlanThatIsNoMappingIsRefused() {
    #expect(LoadedPlan("[1️⃣]").codes == ["DRP103"])
    #expect(LoadedPlan("text").codes == ["DRP103"])
  }

  @Test func theFirstLevelNamesWhatIsMissing() {
    #expect(
      LoadedPlan("apiVersion: drplan/v1\nkind: RecoveryPlan\n").messages.sorted() == [
        "missing key `name` in a plan", "missing key `objectives` in a plan", "missing key `steps` in a plan",
      ])
  }

  @Test func tenThousandStepsLoad() throws {
    var text = LoadedPlan.head + "\nsteps:\n"
    for index in 0..<10_000 {
      text +=
        "  - {id: step-\(index), action: RunCommand, timeout: 1s, with: {command: [\"true\", \"${run.id}\"]}}\n"
    }
    let plan = try #require(LoadedPlan(text).plan)
    #expect(plan.steps.count == 10_000)
    #expect(plan.steps[9_999].id.text == "step-9999")
  }
}
