import Synchronization
import Values

/// Which channels took the message of a step, so that another attempt tells only the others.
///
/// It lasts as long as the process; after a crash the record tells.
final class DeliveryMemory: Sendable {
  private struct Delivery: Hashable {
    let run: RunID
    let step: StepID
    let channel: ChannelID
  }

  private let deliveries = Mutex<Set<Delivery>>([])

  func add(_ channel: ChannelID, run: RunID, step: StepID) {
    deliveries.withLock { _ = $0.insert(Delivery(run: run, step: step, channel: channel)) }
  }

  func has(_ channel: ChannelID, run: RunID, step: StepID) -> Bool {
    deliveries.withLock { $0.contains(Delivery(run: run, step: step, channel: channel)) }
  }
}
