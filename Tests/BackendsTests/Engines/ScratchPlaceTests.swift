import BackendKit
import DrplanTestKit
import HostSystem
import Testing

@testable import Backends

/// Places that engines make for drills.
@Suite struct ScratchPlaceTests {
  @Test func aScratchPlaceHasTheSameNameInTheFolder() throws {
    let sqlite = try DataKeys.sqlite("/srv/orders/orders.db").scratch(in: "/scratch/run/orders")
    #expect(sqlite?.path == "/scratch/run/orders/orders.db")
    #expect(sqlite?.sideSuffixes == ["-wal", "-shm", "-journal"])
    let files = try DataKeys.files("/srv/images").scratch(in: "/scratch/run/images")
    #expect(files?.path == "/scratch/run/images/images")
    #expect(files?.sideSuffixes == [])
  }

  @Test func aScratchPlaceIsCheckedAsThePlanSays() throws {
    for checks in [true, false] {
      let engine = try #require(
        try DataKeys.sqlite("/d/x", ", checkForeignKeys: \(checks)").scratch(in: "/s") as? SQLiteEngine)
      #expect(engine.checksForeignKeys == checks)
    }
  }
}
