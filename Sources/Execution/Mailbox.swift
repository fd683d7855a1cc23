import RunEvents
import Synchronization

/// Where everything that happens in a run is left for the one task that drives it, in the order in which it happened.
final class Mailbox: Sendable {
  /// What happened.
  enum Message: Sendable {
    /// Something for the run machine.
    case input(RunInput)
    /// The work of a step ended, with what goes on record together with its end.
    case ended(RunInput, step: Int, attempt: Int, [StepEvidence])
    /// A step wants something on record and waits until it is.
    case evidence(EvidenceRequest)
  }

  private struct State: Sendable {
    var messages: [Message] = []
    var reader: CheckedContinuation<[Message], Never>?
    var isClosed = false
  }

  private let state = Mutex(State())

  /// Leaves a message; false if nobody will read it, because the run is over.
  @discardableResult
  func post(_ message: Message) -> Bool {
    let (reader, isOpen) = state.withLock { state -> (CheckedContinuation<[Message], Never>?, Bool) in
      if state.isClosed { return (nil, false) }
      guard let reader = state.reader else {
        state.messages.append(message)
        return (nil, true)
      }
      state.reader = nil
      return (reader, true)
    }
    reader?.resume(returning: [message])
    return isOpen
  }

  /// Takes all messages, waiting for one if there is none; for one reader.
  func take() async -> [Message] {
    await withCheckedContinuation { continuation in
      let messages = state.withLock { state -> [Message] in
        if state.messages.isEmpty { state.reader = continuation }
        defer { state.messages = [] }
        return state.messages
      }
      if !messages.isEmpty { continuation.resume(returning: messages) }
    }
  }

  /// Takes no message from now on, and gives those that nobody read.
  func close() -> [Message] {
    state.withLock { state in
      state.isClosed = true
      defer { state.messages = [] }
      return state.messages
    }
  }
}
