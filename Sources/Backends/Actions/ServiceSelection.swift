import BackendKit
import Declarations
import RunEvents
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

  /// Whether an attempt that was killed had done its work: `isDone` tells for one service.
  func reconcile(
    _ context: StepContext, isDone: (ServiceChange) async throws(StepFailure) -> Bool
  ) async throws(StepFailure) -> Reconciliation {
    var open: [ServiceID] = []
    for id in services {
      let service = try ServiceChange(id, context)
      let last = service.trail.last?.state
      do throws(StepFailure) {
        if try await isDone(service) { continue }
      } catch {
        return .unknown(
          "nobody can tell whether service `\(id)` runs: \(error.message). Look at it, then answer with "
            + "`drplan resume \(context.run.id) --retry \(context.step)`, or with `--done \(context.step)` if it is as the "
            + "step wants it")
      }
      if !service.knowsState, let last, last != "Found" {
        return .unknown(
          "the last on record of service `\(id)` is \(last), and without a `status` command nobody can tell how far it "
            + "came. Look whether it runs, then answer with `drplan resume \(context.run.id) --retry \(context.step)`, or "
            + "with `--done \(context.step)` if it is as the step wants it")
      }
      open.append(id)
    }
    guard !open.isEmpty else {
      return .done(
        StepResult(outputs: outputs), "all services are on record as done, and their managers agree")
    }
    return .notDone("not done yet: " + open.map { "`\($0)`" }.joined(separator: ", "))
  }

  /// Those that the step has on record as touched, in the order of the plan.
  func touched(_ context: StepContext) throws(StepFailure) -> [ServiceChange] {
    var touched: [ServiceChange] = []
    for id in services {
      let service = try ServiceChange(id, context)
      if service.wasRunning != nil { touched.append(service) }
    }
    return touched
  }

  /// Starts those that ran before the step touched them, in the order of the plan; what showed that they are ready.
  func bringUp(_ context: StepContext) async throws(StepFailure) -> String {
    var facts: [String] = []
    for service in try touched(context) where service.wasRunning == true {
      facts.append(try await service.bringUp())
    }
    return facts.isEmpty ? "no service ran before" : facts.joined(separator: "; ")
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
