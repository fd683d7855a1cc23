import BackendKit
import Declarations
import DrplanTestKit
import Testing
import Values

@testable import Backends

@Suite struct SecretResolverTests {
  /// What must never be seen.
  private static let marker = "T0P-S3CRET"
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func resolver(_ origin: SecretOrigin, environment: [String] = ["PATH=/usr/bin:/bin"])
    -> SecretResolver
  {
    SecretResolver(origins: ["key": origin], planDirectory: folder.path, environment: environment)
  }

  private func value(_ origin: SecretOrigin, environment: [String] = ["PATH=/usr/bin:/bin"]) async throws
    -> String
  {
    try await resolver(origin, environment: environment).value(of: SecretReference(name: "key")).reveal { $0 }
  }

  private func failure(_ origin: SecretOrigin) async -> StepFailure? {
    await #expect(throws: StepFailure.self) { try await value(origin) }
  }

  private func command(_ arguments: String...) -> SecretOrigin {
    .command(arguments.map(Template.init(literal:)))
  }

  @Test func aVariableIsTakenFromTheEnvironment() async throws {
    #expect(try await value(.environment("KEY"), environment: ["KEY=a=b", "KEYS=no"]) == "a=b")
  }

  @Test(arguments: ["secret\n", "secret\r\n", "secret"]) func oneLineBreakAtTheEndIsNotPartOfAFile(
    content: String
  ) async throws {
    try folder.write("key", content)
    #expect(try await value(.file(folder.file("key"))) == "secret")
  }

  @Test func otherBlanksArePartOfAFile() async throws {
    try folder.write("key", " two\nlines \n\n")
    #expect(try await value(.file(folder.file("key"))) == " two\nlines \n")
  }

  @Test func aCommandRunsInThePlansFolder() async throws {
    _ = try await folder.script("tell", "pwd")
    #expect(try await value(command("./tell")) == folder.path)
  }

  @Test func whatIsNotThereIsAFailureThatNamesItsOrigin() async throws {
    #expect(
      await failure(.environment("KEY"))?.message
        == "the secret `key`: the environment variable `KEY` is not set")
    #expect(
      await failure(.file("/nowhere/key"))?.message
        == "the secret `key`: the file `/nowhere/key` does not exist")
    #expect(await failure(command("nowhere"))?.code == .secretUnavailable)
  }

  @Test func anEmptyValueIsAFailure() async throws {
    try folder.write("key", "\n")
    #expect(await failure(.file(folder.file("key")))?.code == .secretUnavailable)
    #expect(await failure(command("true"))?.message == "the secret `key`: what its command prints is empty")
  }

  @Test func aCommandThatFailsShowsNothingOfWhatItPrinted() async throws {
    let found = await failure(command("sh", "-c", "echo \(Self.marker); echo \(Self.marker) >&2; exit 3"))
    let failure = try #require(found)
    #expect(failure.message == "the secret `key`: its command `sh`: exit status 3")
    #expect(!"\(failure)".contains(Self.marker))
  }

  @Test func aValueThatIsNoTextIsAFailure() async throws {
    #expect(await failure(command("printf", #"a\377"#))?.message.hasSuffix("is not UTF-8 text") == true)
    #expect(await failure(command("printf", #"a\000b"#))?.message.hasSuffix("holds a zero byte") == true)
  }

  @Test func manyWhoAskAtOnceCauseOneFetch() async throws {
    _ = try await folder.script("tell", "echo x >> asked", "sleep 0.2", "echo value")
    let resolver = resolver(command("./tell"))
    try await withThrowingTaskGroup(of: Secret.self) { group in
      for _ in 0..<10 { group.addTask { try await resolver.value(of: SecretReference(name: "key")) } }
      for try await secret in group { #expect(secret == Secret("value")) }
    }
    #expect(folder.lines("asked").count == 1)
  }

  @Test func whatWasNotToBeHadIsAskedForAgain() async throws {
    let resolver = resolver(.file(folder.file("key")))
    await #expect(throws: StepFailure.self) { try await resolver.value(of: SecretReference(name: "key")) }
    try folder.write("key", "late")
    #expect(try await resolver.value(of: SecretReference(name: "key")) == Secret("late"))
  }

  @Test func aSecretThatOthersMayReadIsFoundByAProbeOnly() async throws {
    try folder.write("open", "value", permissions: 0o644)
    try folder.write("closed", "value", permissions: 0o600)
    let resolver = SecretResolver(
      origins: [
        "closed": .file(folder.file("closed")), "open": .file(folder.file("open")),
        "none": .environment("NONE"),
      ], planDirectory: folder.path, environment: [])
    let findings = await resolver.probe()
    #expect(findings.map(\.subject) == ["secret `closed`", "secret `none`", "secret `open`"])
    #expect(findings.map(\.state) == [.checked, .blocked, .checked])
    #expect(!findings[0].detail.contains("chmod"))
    #expect(findings[2].detail.contains("mode 0644"))
  }

  @Test func aMaskHidesEverySecretAndItsLines() {
    let mask = SecretMask([Secret("abc"), Secret("abcdef"), Secret("first line\nsecond line"), Secret("")])
    #expect(mask.masked("abcdef abc ab") == "*** *** ab")
    #expect(mask.masked("the second line") == "the ***")
    #expect(mask.masked("e\u{301}abc\u{301}") == "e\u{301}***\u{301}")
  }
}
