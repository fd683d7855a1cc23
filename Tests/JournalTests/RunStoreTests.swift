import Glibc
import HostSystem
import Testing
import Values

@testable import Journal

/// Which runs there are and which one is meant.
@Suite struct RunStoreTests {
  private let ids = [
    "20261119T031502Z-orders-0001", "20261120T031502Z-billing-00ff", "20261120T031503Z-orders-7f3a",
  ]

  @Test func runsAreListedOldestFirstAndOtherThingsLeftOut() async throws {
    try await withRuns { store in
      #expect(mkdir(store.stateDirectory + "/runs/lost+found", 0o700) == 0)
      let listed = try await store.list()
      #expect(listed.map(\.run.text) == ids)
    }
  }

  @Test func aRunIsFoundByIdByBeginningAndAsTheLatest() async throws {
    try await withRuns { store in
      for (text, id) in [
        (ids[1], ids[1]), ("20261119", ids[0]), ("20261120T031502Z-b", ids[1]), ("latest", ids[2]),
      ] {
        let found = try await store.find(text)
        #expect(found.run.text == id)
      }
    }
  }

  @Test func ofRunsOfOneSecondTheYoungerDirectoryIsTheLatest() async throws {
    try await withRuns { store in
      for (id, nanoseconds) in [("20261121T000000Z-a-ffff", 1), ("20261121T000000Z-a-0000", 2)] {
        let folder = store.stateDirectory + "/runs/" + id
        try #require(mkdir(folder, 0o700) == 0)
        let time = timespec(tv_sec: 1_800_000_000, tv_nsec: nanoseconds)
        try #require(utimensat(AT_FDCWD, folder, [time, time], 0) == 0)
      }
      #expect(try await store.find("latest").run.text == "20261121T000000Z-a-0000")
    }
  }

  @Test func anAmbiguousBeginningNamesTheCandidates() async throws {
    try await withRuns { store in
      let error = await #expect(throws: JournalError.self) { try await store.find("20261120") }
      #expect(error?.code == .ambiguous)
      #expect(
        error?.description
          == "`20261120` is the beginning of 2 runs; give more of one: `\(ids[1])`, `\(ids[2])`")
    }
  }

  @Test(arguments: ["", "2025", "../runs", "orders"]) func anythingElseIsNotFound(_ text: String) async throws
  {
    try await withRuns { store in
      let error = await #expect(throws: JournalError.self) { try await store.find(text) }
      #expect(error?.code == .notFound)
    }
  }

  @Test func aStateDirectoryThatIsNotThereHoldsNoRuns() async throws {
    let store = RunStore(stateDirectory: "/nowhere/drplan")
    let listed = try await store.list()
    #expect(listed.isEmpty)
    let error = await #expect(throws: JournalError.self) { try await store.find("latest") }
    #expect(error?.description == "there is no run in `/nowhere/drplan`; `--state` names another directory")
  }

  @Test func theStateDirectoryFollowsTheDocumentedOrder() throws {
    let all = ["DRPLAN_STATE": "/s", "XDG_STATE_HOME": "/x/", "HOME": "/h"]
    func resolve(_ option: String?, _ without: [String], root: Bool = false) throws -> String {
      try StateDirectory.resolve(
        option: option, environment: all.filter { !without.contains($0.key) }, isRoot: root)
    }
    #expect(try resolve("o", []) == "o")
    #expect(try resolve(nil, [], root: true) == "/s")
    #expect(try resolve(nil, ["DRPLAN_STATE"], root: true) == "/var/lib/drplan")
    #expect(try resolve(nil, ["DRPLAN_STATE"]) == "/x/drplan")
    #expect(try resolve(nil, ["DRPLAN_STATE", "XDG_STATE_HOME"]) == "/h/.local/state/drplan")
    #expect(throws: JournalError.self) { try resolve(nil, ["DRPLAN_STATE", "XDG_STATE_HOME", "HOME"]) }
    #expect(throws: JournalError.self) { try resolve("", []) }
  }

  private func withRuns(_ body: (RunStore) async throws -> Void) async throws {
    try await withDirectory { path in
      let state = path + "/deep/state"
      for id in ids.reversed() {
        _ = try await RunDirectory.create(run: try runID(id), stateDirectory: state, plan: [])
      }
      try await body(RunStore(stateDirectory: state))
    }
  }
}
