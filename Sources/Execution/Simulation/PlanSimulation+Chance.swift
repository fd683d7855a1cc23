import RunEvents
import StepGraph
import Values

/// How a plan's recovery time spreads over many runs.
public struct SimulatedChance: Sendable, Equatable {
  /// How many runs were simulated.
  public let runs: Int
  /// What repeats them.
  public let seed: UInt64
  /// How many met the recovery time objective.
  public let met: Int
  /// The recovery time that half of the runs did not exceed; nil when fewer than half recovered.
  public let median: Duration?
  /// The recovery time that nine of ten runs did not exceed; nil when fewer recovered.
  public let high: Duration?
}

extension PlanSimulation {
  /// Runs in which every step takes a random time: one of those measured, or, of a step that was never measured, from
  /// half to twice the expected time, as often less as more.
  public func chance(runs: Int, seed: UInt64) -> SimulatedChance {
    var numbers = SimulationNumbers(seed: seed)
    var times: [Duration] = []
    var met = 0
    for _ in 0..<runs where !Task.isCancelled {
      let run = self.run(durations.steps.map { .takes(Self.sample($0, &numbers)) })
      if run.rto == .met { met += 1 }
      if let time = run.recoveryTime { times.append(time) }
    }
    times.sort()
    func percentile(_ percent: Int) -> Duration? {
      // Of all runs: one that did not recover took longer than any that did.
      let rank = max(1, (runs * percent + 99) / 100)
      return rank <= times.count ? times[rank - 1] : nil
    }
    return SimulatedChance(
      runs: runs, seed: seed, met: met, median: percentile(50), high: percentile(90))
  }

  private static func sample(_ step: StepDuration, _ numbers: inout SimulationNumbers) -> Duration {
    if let measured = step.measured.randomElement(using: &numbers) { return measured }
    let draw = Double.random(in: 0..<1, using: &numbers)
    return step.expected * (draw < 0.5 ? 0.5 + draw : 2 * draw)
  }
}
