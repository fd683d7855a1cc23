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
  /// When it was made, in nanoseconds since 1970, if the journal says: the number of an inode is given away again.
  public var born: Int64?

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
          // `device:inode`, or `device:inode:born`.
          let parts = swap.mark?.split(separator: ":") ?? []
          inode = parts.count > 1 ? UInt64(parts[1]) : nil
          born = parts.count > 2 ? Int64(parts[2]) : nil
        default: continue
        }
      default: continue
      }
    }
  }

  /// Whether what stands at the place, with that inode and made then, is the drill's.
  public func owns(inode standing: UInt64, born made: Int64? = nil) -> Bool {
    guard wasFilled, (inode ?? standing) == standing else { return false }
    guard let born, let made else { return true }
    return born == made
  }
}
