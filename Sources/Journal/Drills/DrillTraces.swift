public import RunEvents
import Values

/// What a drill's journal says that it put at a place that the plan names: nothing else there is the drill's to remove.
public struct DrillTraces: Sendable, Equatable {
  /// Whether the place was announced; before that no step had started.
  public var wasMade = false
  /// Whether restored data was about to take the place, or took it.
  public var wasFilled = false
  /// The inode of what took the place last, if the journal says.
  public var inode: UInt64?

  /// The traces of the drill with these events at the place of that database and path.
  public init(of events: some Sequence<RunEvent>, at place: DrillLedger.Place) {
    for event in events {
      switch event.body {
      case .drillPlaceMade(let made) where made.database == place.database && made.path == place.path:
        wasMade = true
      case .stepEvidence(let evidence):
        switch evidence.evidence {
        case .publishing(let swap), .published(let swap):
          guard wasMade, swap.database == place.database, swap.target == place.path else { continue }
          wasFilled = true
          inode = swap.mark?.split(separator: ":").last.flatMap { UInt64($0) }
        default: continue
        }
      default: continue
      }
    }
  }

  /// Whether what stands at the place, with that inode, is the drill's.
  public func owns(inode standing: UInt64) -> Bool { wasFilled && (inode ?? standing) == standing }
}
