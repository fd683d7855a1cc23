import Journal
import RunEvents

/// Puts the places of a drill on record right behind the run's first event: before anything is made in them.
struct PlaceAnnouncer: EventRecorder {
  let journal: any EventRecorder
  let places: [DrillPlace]

  func record(_ bodies: [RunEvent.Body]) async throws(RecordingError) -> [RunEvent] {
    guard case .runStarted? = bodies.first else { return try await journal.record(bodies) }
    let announced = bodies.prefix(1) + places.map { .drillPlaceMade($0) } + bodies.dropFirst()
    return try await journal.record(Array(announced))
  }
}
