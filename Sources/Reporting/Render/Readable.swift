import RunEvents
import Values

extension Duration {
  /// An objective as its plan wrote it, with spaces: `15 m`, `1 h 30 m`.
  var objectiveText: String {
    var text = ""
    var previousWasDigit = false
    for character in planText {
      if character.isNumber, !previousWasDigit, !text.isEmpty { text += " " }
      if !character.isNumber, previousWasDigit { text += " " }
      text.append(character)
      previousWasDigit = character.isNumber
    }
    return text
  }

  /// The duration that many seconds long, to the millisecond.
  init(recordSeconds seconds: Double) { self = .milliseconds(Int64((seconds * 1000).rounded())) }
}

extension Timestamp {
  /// To the second, for people: `2026-11-20 03:12:59 UTC`.
  var readable: String { "\(description.prefix(10)) \(description.dropFirst(11).prefix(8)) UTC" }
}

extension Verdict {
  var tone: Tone {
    switch self {
    case .met: .good
    case .missed: .bad
    case .unmeasured: .doubtful
    }
  }
}

extension RunOutcome {
  var tone: Tone {
    switch self {
    case .running, .ended(.waiting), .ended(.recoveredWithExceptions): .doubtful
    case .ended(.recovered): .good
    case .ended: .bad
    }
  }
}

extension StepState {
  var tone: Tone {
    switch self {
    case .succeeded: .good
    case .failed, .cancelled: .bad
    case .running, .waiting: .doubtful
    case .skipped, .notReached, .pending: .faint
    }
  }

  /// One character for the state, so that colour is never alone.
  func mark(ascii: Bool) -> String {
    switch self {
    case .succeeded: ascii ? "+" : "✓"
    case .failed: ascii ? "x" : "✗"
    case .cancelled: ascii ? "!" : "⊘"
    case .running: ascii ? ">" : "▶"
    case .waiting: ascii ? "?" : "◷"
    case .skipped: ascii ? "-" : "⏭"
    case .notReached, .pending: ascii ? "." : "·"
    }
  }
}

extension MeasuredFrom {
  var readable: String {
    switch self {
    case .disruption: "the disruption"
    case .declaration: "the declaration"
    case .planStart: "the start of the run"
    }
  }
}
