import BackendKit
import HostSystem

/// Results of numbered jobs, handed on in the order of the numbers.
final class Outbox<Output: Sendable>: Sendable {
  private struct State {
    var waiting: [Int: Output] = [:]
    var next = 0
    var total: Int?
    var failed = false
  }

  private let state = Guarded(State())

  /// Adds the result of job `number`.
  func put(_ output: Output, number: Int) { state.with { $0.waiting[number] = output } }

  /// That many results will have come at the end.
  func close(total: Int) { state.with { $0.total = total } }

  /// Nothing more will come.
  func fail() { state.with { $0.failed = true } }

  /// The next result in order; nil at the end or after a failure.
  func next() -> Output? {
    state.wait { state -> Output?? in
      if state.failed { return .some(nil) }
      if let output = state.waiting.removeValue(forKey: state.next) {
        state.next += 1
        return .some(output)
      }
      return state.next == state.total ? .some(nil) : nil
    }
  }
}
