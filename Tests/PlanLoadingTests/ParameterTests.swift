import Declarations
import Diagnostics
import DrplanTestKit
import PlanLoading
import PlanModel
import Testing
import Values

@Suite struct ParameterTests {
  private func title(_ params: String, _ arguments: [String: String] = [:], examples: Bool = false)
    -> LoadedPlan
  {
    LoadedPlan.minimal(
      "params:\n  p: \(params)\ntitle: \"<${params.p}>\"", arguments: arguments, usesExamples: examples)
  }

  @Test func theValueOfTheCommandLineWins() {
    #expect(title("{default: a, example: b}", ["p": "c"]).plan?.title == "<c>")
  }

  @Test func theDefaultStandsInWhenNoneIsGiven() {
    #expect(title("{default: a, example: b}").plan?.title == "<a>")
    #expect(title("{default: a, example: b}", examples: true).plan?.title == "<a>")
  }

  @Test func theExampleIsForValidationOnly() {
    #expect(title("{example: b}", examples: true).plan?.title == "<b>")
    let run = title("{example: b}")
    #expect(run.plan == nil)
    #expect(run.messages == ["the parameter `p` has no value"])
    #expect(run.hints == ["give it with `--param p=...`"])
  }

  @Test func aParameterWithoutValueIsReportedOnceAtItsName() {
    let loaded = LoadedPlan.minimal(
      "params:\n  1️⃣p2️⃣: {type: Duration}\ndefaults: {timeout: \"${params.p}\"}", usesExamples: true)
    #expect(loaded.codes == ["DRP113"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test func anEmptyTextIsAValue() { #expect(title("{}", ["p": ""]).plan?.title == "<>") }

  @Test(arguments: [
    ("Integer", "5x"), ("Integer", ""), ("Boolean", "yes"), ("Duration", "30"),
    ("RecoveryPoint", "yesterday"),
  ])
  func aValueOfAnotherTypeIsRefused(_ type: String, _ value: String) {
    let loaded = title("{type: \(type)}", ["p": value])
    #expect(loaded.plan == nil)
    #expect(loaded.codes == [value.isEmpty ? "DRP103" : "DRP113"])
  }

  @Test func aDefaultOfAnotherTypeIsRefusedWhereItStands() {
    let loaded = LoadedPlan.minimal("params:\n  p: {type: Integer, default: 1️⃣five2️⃣}")
    #expect(loaded.codes == ["DRP113"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test func aBadExampleIsReportedInARunToo() {
    #expect(title("{type: Integer, example: five}", ["p": "5"]).codes == [])
    #expect(title("{type: Integer, example: five}").codes.contains("DRP113"))
  }

  @Test func anUndeclaredParameterIsRefusedWithTheNearest() {
    let loaded = title("{default: a}", ["q1": "x"])
    #expect(loaded.messages == ["the plan has no parameter `q1`"])
    #expect(loaded.hints == ["it has: p"])
    let near = LoadedPlan.minimal("params: {ticket: {default: a}}", arguments: ["tiket": "x"])
    #expect(near.hints == ["did you mean `ticket`?"])
    #expect(LoadedPlan.minimal("", arguments: ["x": "y"]).hints == ["it has none"])
  }

  @Test func anUnknownKeyOfAParameterIsRefused() {
    #expect(title("{default: a, required: true}").codes == ["DRP101"])
    #expect(title("{type: string}").codes == ["DRP110"])
  }

  @Test func paramsAreAMapping() { #expect(LoadedPlan.minimal("params: [a]").codes.first == "DRP103") }

  @Test func aNumberStandsWhereANumberIsExpected() {
    for text in ["${params.n}", "\"${params.n}\""] {
      let loaded = LoadedPlan.step(
        "action: RunCommand\nwith:\n  command: [x]\n  times: \(text)\n  quiet: \"${params.q}\"",
        "params: {n: {type: Integer, default: 3}, q: {type: Boolean, default: true}}")
      #expect(loaded.messages == [])
      #expect(loaded.action("work", as: CommandFixture.self)?.times == 3)
      #expect(loaded.action("work", as: CommandFixture.self)?.isQuiet == true)
    }
  }

  @Test func aTextIsNoNumberWhateverItLooksLike() {
    let loaded = LoadedPlan.step(
      "action: RunCommand\nwith:\n  command: [x]\n  times: ${params.n}", "params: {n: {default: \"3\"}}")
    #expect(loaded.codes == ["DRP103"])
  }

  @Test(arguments: [
    "null", "~", "true", "", "[a]", "{a: b}", "# no", "- x", "a: b", "*x", "\"", "line\nbreak", "&x",
  ])
  func aValueIsNeverReadAsYAML(_ value: String) {
    let loaded = LoadedPlan.minimal("params: {p: {}}\nowner: ${params.p}", arguments: ["p": value])
    #expect(loaded.messages == [])
    #expect(loaded.plan?.owner == value)
  }
}

@Suite struct SubstitutionTests {
  @Test func aReferenceInAValueStaysText() throws {
    let loaded = LoadedPlan.step(
      "action: NotifyStakeholders\nwith: {channels: [c], message: \"${params.p} ${run.id}\"}",
      "params: {p: {}}\nchannels: {c: {type: Terminal}}\ntitle: \"${params.p}\"",
      arguments: ["p": "${run.id} $$ ${secrets.key} ${ $"])
    #expect(loaded.messages == [])
    let text = try #require(loaded.action("work", as: NotifyFixture.self)?.text)
    #expect(text.references.map(\.description) == ["${run.id}"])
    #expect(text.filled { _ in "RUN" } == "${run.id} $$ ${secrets.key} ${ $ RUN")
    #expect(loaded.plan?.title == "${run.id} $$ ${secrets.key} ${ $")
  }

  @Test func dollarsOfTheTextSurvive() throws {
    let loaded = LoadedPlan.step(
      "action: RunCommand\nwith: {command: [\"$5 $$6 ${params.p} $${params.p}\"]}",
      "params: {p: {default: x}}")
    let command = try #require(loaded.action("work", as: CommandFixture.self)?.arguments.first)
    #expect(command.literal == "$5 $6 x ${params.p}")
  }

  @Test func textsOfThePlanMayBeUsedInThoseAfterIt() throws {
    let loaded = LoadedPlan.step(
      "action: RunCommand\nwith: {command: [\"${plan.title}|${plan.objectives.rto}|${plan.name}|${plan.owner}\"]}",
      "params: {t: {default: costs $$5}}\ntitle: \"${plan.name} ${params.t} $$7\"\nowner: \"${plan.title}\"")
    #expect(loaded.messages == [])
    #expect(loaded.plan?.title == "orders costs $$5 $7")
    #expect(
      loaded.action("work", as: CommandFixture.self)?.arguments.first?.literal
        == "orders costs $$5 $7|15m|orders|orders costs $$5 $7")
  }

  @Test func objectivesMayComeFromParameters() throws {
    let loaded = LoadedPlan(
      """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      params: {rto: {type: Duration, default: 20m}}
      objectives: {rto: "${params.rto}", rpo: 5m}
      title: RTO ${plan.objectives.rto}
      \(LoadedPlan.steps)
      """)
    #expect(loaded.plan?.objectives.rto == .seconds(1200))
    #expect(loaded.plan?.title == "RTO 20m")
  }

  @Test func keysAreNotFilledIn() {
    let loaded = LoadedPlan.minimal("params: {p: {default: a}}\nlabels: {\"${params.p}\": x}")
    #expect(loaded.plan?.labels == ["${params.p}": "x"])
  }

  @Test(arguments: [
    ("${parms.p}", "unknown namespace `parms` in `${parms.p}`", "did you mean `params`?"),
    (
      "${env.HOME}", "unknown namespace `env` in `${env.HOME}`",
      "there are: params, plan, run, steps, secrets"
    ),
    ("${params.poimt}", "`${params.poimt}` has no value", "did you mean `${params.point}`?"),
    ("${params.zzzzz}", "`${params.zzzzz}` has no value", "there are: point"),
    (
      "${plan.objectives.mtd}", "`${plan.objectives.mtd}` has no value",
      "did you mean `${plan.objectives.rto}`?"
    ),
  ])
  func anUnknownReferenceIsAnErrorWithTheNearest(_ text: String, _ message: String, _ hint: String) {
    let loaded = LoadedPlan.minimal("params: {point: {default: a}}\nlabels: {a: 1️⃣\"\(text)\"2️⃣}")
    #expect(loaded.codes == ["DRP205"])
    #expect(loaded.messages == [message])
    if !text.contains("mtd") { #expect(loaded.hints == [hint]) }
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test func anUnknownReferenceInADurationIsTheOnlyError() {
    #expect(LoadedPlan.minimal("defaults: {timeout: \"${params.p}\"}").codes == ["DRP205"])
    #expect(
      LoadedPlan.minimal("params: {p: {type: Duration}}\ndefaults: {timeout: \"${params.p}\"}").codes == [
        "DRP113"
      ])
  }

  @Test(arguments: [
    "title: 1️⃣\"${run.id}\"2️⃣", "defaults: {timeout: 1️⃣\"${run.recoveryTime}\"2️⃣}",
    "repository: {directory: 1️⃣\"${steps.a.outputs.b}\"2️⃣}", "defaults: {onFailure: 1️⃣\"${run.mode}\"2️⃣}",
  ])
  func aRunTimeReferenceIsTooEarlyForWhatShapesTheRun(_ text: String) {
    let loaded = LoadedPlan.minimal(text)
    #expect(loaded.codes == ["DRP207"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test(arguments: ["title: 1️⃣\"key ${secrets.k}\"2️⃣", "repository: {directory: 1️⃣\"${secrets.k}\"2️⃣}"])
  func aSecretStandsOnlyWhereOneIsExpected(_ text: String) {
    let loaded = LoadedPlan.minimal("secrets: {k: {env: K}}\n" + text)
    #expect(loaded.codes == ["DRP502"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test func aSecretInAMessageIsRefused() {
    let loaded = LoadedPlan.step(
      "action: NotifyStakeholders\nwith: {channels: [c], message: 1️⃣\"${secrets.k}\"2️⃣}",
      "channels: {c: {type: Terminal}}")
    #expect(loaded.codes == ["DRP502"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }

  @Test func aSecretWrittenOutIsRefusedWithoutShowingIt() {
    let loaded = LoadedPlan.minimal("channels: {room: {type: Slack, webhookUrl: 1️⃣\"https://hooks/T0/abc\"2️⃣}}")
    #expect(loaded.codes == ["DRP501"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
    #expect(!loaded.messages.joined().contains("T0"))
  }

  @Test func aSecretFromAParameterIsRefused() {
    let loaded = LoadedPlan.minimal(
      "params: {p: {default: \"${secrets.k}\"}}\nchannels: {room: {type: Slack, webhookUrl: \"${params.p}\"}}"
    )
    #expect(loaded.codes == ["DRP501"])
  }

  @Test func aMalformedReferenceIsReportedOnce() {
    let loaded = LoadedPlan.minimal("title: 1️⃣\"a ${params.x\"2️⃣")
    #expect(loaded.codes == ["DRP206"])
    #expect(loaded.ranges == [loaded.marked["1️⃣", "2️⃣"]])
  }
}
