import BackendKit
import Declarations
import Values

/// The services that a step changes, and whether one after the other.
struct ServiceSelection {
  /// Whether one waits for the other.
  enum Order: String, CaseIterable, Sendable {
    case sequential = "Sequential"
    case parallel = "Parallel"
  }

  static let services = Key<[ServiceID]>.required(
    "services", ValueType<ServiceID>.name(.service).list(atLeast: 1), "the services, in order")
  static let order = Key<Order>.optional(
    "order", .choice("an order"), default: .sequential, shownAs: "Sequential",
    "whether each waits until the one before it is done, or all at once")

  /// Each service once, in the order of the plan.
  let services: [ServiceID]
  let order: Order

  init(_ inputs: Record) {
    var seen: Set<ServiceID> = []
    services = inputs[Self.services].filter { seen.insert($0).inserted }
    order = inputs[Self.order]
  }

  /// What later steps may use.
  var outputs: [String: String] { ["services": services.map(\.text).joined(separator: ", ")] }

  /// Does `change` to each service.
  ///
  /// In sequence the first failure ends it; in parallel every one comes to its end, so that none is left half
  /// changed, and the failure names all that failed.
  func each(
    in context: StepContext, _ change: @escaping @Sendable (ServiceChange) async throws(StepFailure) -> Void
  ) async throws(StepFailure) {
    switch order {
    case .sequential:
      for service in services { try await change(try ServiceChange(service, context)) }
    case .parallel:
      let failures = await withTaskGroup(of: (Int, StepFailure?).self) { group in
        for (index, service) in services.enumerated() {
          group.addTask {
            do throws(StepFailure) {
              try await change(try ServiceChange(service, context))
              return (index, nil)
            } catch {
              return (index, error)
            }
          }
        }
        var failures: [(Int, StepFailure)] = []
        for await case (let index, let failure?) in group { failures.append((index, failure)) }
        return failures.sorted { $0.0 < $1.0 }.map(\.1)
      }
      guard var failure = failures.first else { return }
      if failures.count > 1 {
        failure.message =
          "\(failures.count) of \(services.count) services failed: "
          + failures.map(\.message).joined(separator: "; ")
        failure.isRetryable = failures.contains(where: \.isRetryable)
      }
      throw failure
    }
  }

  /// A look at each service.
  func probe(_ context: StepContext) async -> [ProbeFinding] {
    var findings: [ProbeFinding] = []
    for service in services {
      do throws(StepFailure) {
        findings.append(try await ServiceChange(service, context).probe())
      } catch {
        findings.append(ProbeFinding("service `\(service)`", .blocked, error.message))
      }
    }
    return findings
  }
}
