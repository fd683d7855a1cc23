import BackendKit
import Declarations
import HostSystem
import Values

/// Reads a secret from where it is kept.
///
/// No failure holds the value, or anything that a command printed.
struct SecretFetch: Sendable {
  let planDirectory: String
  let environment: [String]

  /// A secret is a password or a key, not a file to be restored.
  private static let largest = 1 << 20
  private static let commandTime: Duration = .seconds(30)

  /// The value, without the line break at its end.
  func value(_ name: String, _ origin: SecretOrigin) async throws(StepFailure) -> Secret {
    let bytes: [UInt8] =
      switch origin {
      case .environment(let variable): try fromEnvironment(variable, name)
      case .file(let path): try await fromFile(path, name)
      case .command(let templates): try await fromCommand(templates, name)
      }
    guard bytes.count < Self.largest else { throw unavailable(name, origin, "is larger than a mebibyte") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw unavailable(name, origin, "is not UTF-8 text")
    }
    guard !text.utf8.contains(0) else { throw unavailable(name, origin, "holds a zero byte") }
    let value = Self.withoutLineBreak(text)
    guard !value.isEmpty else { throw unavailable(name, origin, "is empty") }
    return Secret(value)
  }

  /// What a look at the origin shows, once the value was to be had.
  func remark(on origin: SecretOrigin) async -> String {
    switch origin {
    case .environment(let variable): return "from the environment variable `\(variable)`"
    case .command: return "from its command"
    case .file(let path):
      // The value was read already: without its permissions there is nothing to remark on.
      let status = await runBlocking { try? HostPath.status(path, followingLink: true) }
      let permissions = status?.mode ?? 0
      guard permissions & 0o077 != 0 else { return "from `\(path)`" }
      return
        "from `\(path)`, which others than its owner may touch (mode 0\(String(permissions, radix: 8))): run "
        + "`chmod 600` on it"
    }
  }

  private func fromEnvironment(_ variable: String, _ name: String) throws(StepFailure) -> [UInt8] {
    guard let value = ProcessEnvironment.value(of: variable, in: environment) else {
      throw unavailable(name, .environment(variable), "is not set")
    }
    return Array(value.utf8)
  }

  private func fromFile(_ path: String, _ name: String) async throws(StepFailure) -> [UInt8] {
    let content: [UInt8]?
    do throws(FileError) {
      content = try await runBlocking { () throws(FileError) in
        try SmallFile.read(path, limit: Self.largest)
      }
    } catch {
      throw StepFailure(.secretUnavailable, "the secret `\(name)`: \(error)")
    }
    guard let content else { throw unavailable(name, .file(path), "does not exist") }
    return content
  }

  private func fromCommand(_ templates: [Template], _ name: String) async throws(StepFailure) -> [UInt8] {
    var arguments: [String] = []
    for template in templates {
      guard let text = template.literal else {
        throw StepFailure(
          .unresolvedReference, "the command of the secret `\(name)` has a reference without a value",
          isRetryable: false)
      }
      arguments.append(text)
    }
    let program = arguments.first ?? ""
    let result: ProcessResult
    do throws(ProcessError) {
      result = try await ChildProcess.run(
        Command(
          ServiceProgram.located(arguments, from: planDirectory), environment: environment,
          workingDirectory: planDirectory, outputLimit: Self.largest), timeout: Self.commandTime)
    } catch {
      guard error.code != .cancelled else { throw StepFailure(ofProgram: error).withoutOutput }
      throw StepFailure(.secretUnavailable, "the secret `\(name)`: \(error.message)")
    }
    guard result.status.isSuccess else {
      throw StepFailure(
        .secretUnavailable, "the secret `\(name)`: its command `\(program)`: \(result.status)",
        remedy: "run the command by hand: what it prints is not shown here, it may hold the secret")
    }
    guard !result.output.isTruncated else {
      throw unavailable(name, .command(templates), "is larger than a mebibyte")
    }
    return result.output.bytes
  }

  private func unavailable(_ name: String, _ origin: SecretOrigin, _ fact: String) -> StepFailure {
    let place =
      switch origin {
      case .environment(let variable): "the environment variable `\(variable)`"
      case .file(let path): "the file `\(path)`"
      case .command: "what its command prints"
      }
    return StepFailure(.secretUnavailable, "the secret `\(name)`: \(place) \(fact)")
  }

  private static func withoutLineBreak(_ text: String) -> String {
    // One `Character`, whether `\n` or `\r\n`.
    text.last?.isNewline == true ? String(text.dropLast()) : text
  }
}

extension StepFailure {
  /// The same without lines of output.
  fileprivate var withoutOutput: StepFailure {
    var failure = self
    failure.lastLines = []
    return failure
  }
}
