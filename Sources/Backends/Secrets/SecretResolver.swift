public import BackendKit
public import Declarations
import HostSystem
public import Values

/// Gives the values of a plan's secrets: each is fetched when a run first needs it, and kept in memory until the
/// resolver goes.
///
/// Two steps that need one secret at once cause one fetch. A value that was not to be had is asked for again.
public actor SecretResolver: SecretSource {
  private enum Entry {
    case known(Secret)
    case fetching([CheckedContinuation<Void, Never>])
  }

  private let origins: [String: SecretOrigin]
  private let fetch: SecretFetch
  private var entries: [String: Entry] = [:]

  /// Secrets by name, each with its origin; commands run in `planDirectory`, with `environment` as their variables,
  /// which is also where `env` secrets come from.
  public init(
    origins: [String: SecretOrigin], planDirectory: String,
    environment: [String]? = nil
  ) {
    self.origins = origins
    fetch = SecretFetch(planDirectory: planDirectory, environment: environment ?? ProcessEnvironment.current)
  }

  /// The value; fails, without naming it, when it is not to be had or empty.
  public func value(of reference: SecretReference) async throws(StepFailure) -> Secret {
    let name = reference.name
    guard let origin = origins[name] else {
      throw StepFailure(
        .secretUnavailable, "the plan declares no secret `\(name)`", remedy: "declare it under `secrets`",
        isRetryable: false)
    }
    while true {
      switch entries[name] {
      case .known(let secret): return secret
      case .fetching(var waiting):
        await withCheckedContinuation { continuation in
          waiting.append(continuation)
          entries[name] = .fetching(waiting)
        }
      case nil:
        entries[name] = .fetching([])
        do throws(StepFailure) {
          let secret = try await fetch.value(name, origin)
          settle(name, .known(secret))
          return secret
        } catch {
          settle(name, nil)
          throw error
        }
      }
    }
  }

  /// Whether each secret is to be had, in the order of their names.
  ///
  /// Commands are run for it.
  public func probe() async -> [ProbeFinding] {
    var findings: [ProbeFinding] = []
    for (name, origin) in origins.sorted(by: { $0.key < $1.key }) {
      do throws(StepFailure) {
        _ = try await value(of: SecretReference(name: name))
        findings.append(ProbeFinding("secret `\(name)`", .checked, await fetch.remark(on: origin)))
      } catch {
        findings.append(ProbeFinding("secret `\(name)`", .blocked, error.message))
      }
    }
    return findings
  }

  private func settle(_ name: String, _ entry: Entry?) {
    let before = entries[name]
    entries[name] = entry
    if case .fetching(let waiting) = before { for continuation in waiting { continuation.resume() } }
  }
}
