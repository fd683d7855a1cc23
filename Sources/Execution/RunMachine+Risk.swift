import RunEvents
import Values

/// When to say that the recovery will be too late: each step has an instant at which, still not over, it leaves too
/// little time for what comes after it.
struct RiskWatch: Sendable {
  /// Stands for no step in `Deadlines`.
  static let sentinel = -1

  let forecast: RunForecast?
  var isReported = false
  /// When each step must be over at the latest, the earliest last.
  var latest: [(end: Duration, step: Int)]

  init(_ forecast: RunForecast?) {
    self.forecast = forecast
    latest =
      (forecast?.tail.enumerated().compactMap { step, tail in
        guard let forecast, let tail else { return nil }
        return (forecast.limit - tail, step)
      } ?? []).sorted { $0.end > $1.end }
  }
}

extension RunMachine {
  /// A step begins: says so if the recovery would be late with the step taking as long as expected.
  mutating func foresee(_ step: Int) {
    if risk.forecast != nil, !risk.isReported { armForecast() }
    guard let forecast = risk.forecast, let tail = forecast.tail[step], phase == .main else { return }
    let end = now + forecast.expected[step] + tail
    if end > forecast.limit { warn(step, end) }
  }

  /// The time has come by which some step had to be over.
  mutating func lookAtForecast() {
    guard let forecast = risk.forecast, phase == .main || phase == .draining else { return }
    while let next = risk.latest.last, next.end <= now {
      risk.latest.removeLast()
      guard steps[next.step].stage != .over, steps[next.step].stage != .abandoned else { continue }
      let tail = forecast.tail[next.step] ?? .zero
      return warn(next.step, max(now + tail, forecast.limit + .nanoseconds(1)))
    }
    armForecast()
  }

  private mutating func armForecast() {
    while let next = risk.latest.last, steps[next.step].stage == .over { risk.latest.removeLast() }
    if let next = risk.latest.last { wakeForForecast(at: max(next.end, now)) }
  }

  /// Once in a run.
  private mutating func warn(_ step: Int, _ end: Duration) {
    guard let forecast = risk.forecast, !risk.isReported else { return }
    risk.isReported = true
    let event = ObjectiveAtRisk(
      forecastSeconds: (end + forecast.rto - forecast.limit).roundedSeconds,
      rtoSeconds: forecast.rto.roundedSeconds, step: steps[step].id,
      basis: forecast.isMeasured ? "History" : "Estimates")
    bodies.append(.objectiveAtRisk(event))
  }
}
