/// Something that a simulation shows to be wrong with a plan.
public struct SimulationFinding: Sendable, Equatable {
  /// What kind of thing; the raw values are stable names.
  public enum Kind: String, Sendable, CaseIterable {
    /// After a fault the run ends, and nobody is told.
    case nobodyTold = "nobody-told"
    /// After a fault the run waits for a person, and nobody is told.
    case unheardPause = "unheard-pause"
    /// The run asks for an approval, and nobody has been told by then.
    case unheardApproval = "unheard-approval"
    /// While a step hangs, the recovery time objective is lost by waiting alone.
    case rtoLostByWaiting = "rto-lost-by-waiting"
    /// While a step hangs, the maximum tolerable downtime passes by waiting alone.
    case mtdLostByWaiting = "mtd-lost-by-waiting"
    /// The run counts as recovered although nothing has read what it restored.
    case unverifiedRestore = "unverified-restore"
    /// After a fault, services that the run stopped stay stopped.
    case servicesLeftStopped = "services-left-stopped"

    /// Whether nothing in the plan leads out of it: only somebody who happens to look can.
    public var isNoWayOut: Bool { self != .servicesLeftStopped }
  }

  /// What kind of thing.
  public let kind: Kind
  /// What happens, when and where.
  public let message: String
  /// What to do about it.
  public let remedy: String
  /// The steps concerned, by index.
  public let steps: [Int]
  /// The faults that bring it about; empty when none is needed.
  public let faults: [Fault]
}
