import CommandLineKit
import Testing

@Suite struct CommandParserTests {
  private func parse(_ line: String) throws(UsageError) -> CommandParser.Request {
    try CommandParser(SampleTool.root).parse(line.split(separator: " ").map(String.init))
  }

  private func invocation(_ line: String) throws -> Invocation {
    guard case .invoke(let invocation) = try parse(line) else {
      throw NotAnInvocation()
    }
    return invocation
  }

  private func error(_ line: String) -> UsageError? {
    do throws(UsageError) {
      _ = try parse(line)
      return nil
    } catch { return error }
  }

  private func help(_ line: String) throws -> [String]? {
    guard case .help(let path) = try parse(line) else { return nil }
    return path.map(\.name)
  }

  private struct NotAnInvocation: Error {}

  @Test(arguments: [
    "run --format json --strict-not plan.yaml", "run plan.yaml --nope",
  ])
  func anUnknownOptionIsRefused(_ line: String) {
    #expect(error(line)?.message.contains("has no option") == true)
  }

  @Test(arguments: [
    "run --format json plan.yaml", "run plan.yaml --format json", "run --format=json plan.yaml",
    "run plan.yaml -f json", "run -f=json plan.yaml",
  ])
  func optionsStandBeforeOrAfterArguments(_ line: String) throws {
    let invocation = try invocation(line)
    #expect(invocation.value(SampleTool.format) == "json")
    #expect(invocation.arguments == ["plan.yaml"])
    #expect(invocation.path == ["tool", "run"])
  }

  @Test func aValueMayHoldEqualSigns() throws {
    #expect(try invocation("run p --param=a=b=c").values(SampleTool.param) == ["a=b=c"])
  }

  @Test func aRepeatableOptionKeepsItsOrder() throws {
    let invocation = try invocation("run --param a=1 p --param b=2")
    #expect(invocation.values(SampleTool.param) == ["a=1", "b=2"])
    #expect(invocation.value(SampleTool.param) == "b=2")
  }

  @Test func anotherOptionMayNotBeRepeated() {
    #expect(error("run p --state a --state b")?.message == "`--state` is given twice")
  }

  @Test func anOptionalValueIsTakenOnlyWithAnEqualSign() throws {
    #expect(try invocation("run --dry-run p").value(SampleTool.dryRun) == "static")
    #expect(try invocation("run --dry-run p").arguments == ["p"])
    #expect(try invocation("run --dry-run=probe p").value(SampleTool.dryRun) == "probe")
    #expect(try invocation("run -n p").value(SampleTool.dryRun) == "static")
    #expect(try invocation("run p").value(SampleTool.dryRun) == nil)
  }

  @Test func aValueOutsideTheChoicesIsRefusedWithTheNearest() {
    let error = error("run p --format jsn")
    #expect(error?.message == "`jsn` is not a value of `--format`")
    #expect(error?.hint == "did you mean `json`?")
    #expect(self.error("run p --format xml")?.hint == "one of text, json")
    #expect(self.error("run p --dry-run=no")?.hint == "one of static, probe")
  }

  @Test func anOptionWithoutValueTakesNone() {
    #expect(error("validate p --strict=yes")?.message == "`--strict` takes no value")
  }

  @Test func aMissingValueIsRefused() {
    #expect(error("run p --state")?.message == "`--state` needs a value: `--state DIR`")
    #expect(error("run p --state")?.hint == nil)
  }

  @Test func anOptionIsNotTakenForAValue() throws {
    let error = error("run p --state --dry-run")
    #expect(error?.message == "`--state` needs a value: `--state DIR`")
    #expect(error?.hint == "if `--dry-run` is the value, write `--state=--dry-run`")
    #expect(try invocation("run p --state=--dry-run").value(SampleTool.state) == "--dry-run")
  }

  @Test func aDashAloneIsAValueAndAnArgument() throws {
    #expect(try invocation("run p --events -").value(SampleTool.events) == "-")
    #expect(try invocation("run -").arguments == ["-"])
  }

  @Test func twoDashesEndTheOptions() throws {
    #expect(try invocation("run -- --state").arguments == ["--state"])
    #expect(try invocation("validate a -- --help -h").arguments == ["a", "--help", "-h"])
  }

  @Test func anUnknownOptionSuggestsTheNearest() {
    let error = error("run p --formt json")
    #expect(error?.message == "`tool run` has no option `--formt`")
    #expect(error?.hint == "did you mean `--format`?")
    #expect(error?.command == "tool run")
    #expect(self.error("run p -q")?.hint == nil)
  }

  @Test func anUnknownCommandSuggestsTheNearest() {
    let error = error("valdate p")
    #expect(error?.message == "`tool` has no command `valdate`")
    #expect(error?.hint == "did you mean `tool validate`?")
    #expect(self.error("runs shw")?.hint == "did you mean `tool runs show`?")
    #expect(self.error("frobnicate")?.hint == nil)
  }

  @Test func aMissingArgumentIsNamed() {
    #expect(error("run")?.message == "`tool run` needs PLAN")
    #expect(error("run")?.hint == "the plan's file")
    #expect(error("validate --strict")?.message == "`tool validate` needs PLAN")
    #expect(error("runs show")?.message == "`tool runs show` needs RUN")
  }

  @Test func oneArgumentTooManyIsRefused() {
    #expect(error("run a b")?.message == "`tool run` does not take `b`")
    #expect(error("runs show a b c")?.message == "`tool runs show` does not take `c`")
    #expect(error("runs list a")?.message == "`tool runs list` does not take `a`")
  }

  @Test func countsOfArgumentsAreKept() throws {
    #expect(try invocation("validate a b c").arguments == ["a", "b", "c"])
    #expect(try invocation("runs show a").arguments == ["a"])
    #expect(try invocation("runs show a b").arguments == ["a", "b"])
    #expect(try invocation("explain").arguments == [])
  }

  @Test func helpIsAskedForAtEveryLevel() throws {
    #expect(try help("") == ["tool"])
    #expect(try help("--help") == ["tool"])
    #expect(try help("help") == ["tool"])
    #expect(try help("help runs show") == ["tool", "runs", "show"])
    #expect(try help("runs") == ["tool", "runs"])
    #expect(try help("runs list --help") == ["tool", "runs", "list"])
    #expect(try help("runs help list") == ["tool", "runs", "list"])
    #expect(try help("run -h") == ["tool", "run"])
  }

  @Test func helpWinsOverWhatIsWrong() throws {
    #expect(try help("run --nope a b c --help") == ["tool", "run"])
  }

  @Test func helpForAnUnknownCommandIsRefused() {
    #expect(error("help nope")?.message == "`tool` has no command `nope`")
  }

  @Test func theVersionIsOfTheToolAlone() throws {
    guard case .version = try parse("--version") else {
      Issue.record("no version")
      return
    }
    #expect(error("run p --version")?.message == "`tool run` has no option `--version`")
  }

  @Test func anOptionBeforeTheCommandIsRefused() {
    #expect(error("--state x run")?.message == "`tool` needs a command before `--state`")
  }

  @Test func whetherAnOptionWasGivenIsKnown() throws {
    #expect(try invocation("validate p --strict").has(SampleTool.strict))
    #expect(try !invocation("validate p").has(SampleTool.strict))
  }
}
