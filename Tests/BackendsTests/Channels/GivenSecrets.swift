import BackendKit
import Declarations
import Values

/// Secrets that a test gives.
struct GivenSecrets: SecretSource {
  private let values: [String: String]

  init(_ values: [String: String]) { self.values = values }

  func value(of reference: SecretReference) async throws(StepFailure) -> Secret {
    guard let value = values[reference.name] else {
      throw StepFailure(.secretUnavailable, "the secret `\(reference.name)` is not there", isRetryable: false)
    }
    return Secret(value)
  }
}
