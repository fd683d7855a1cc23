import DrplanTestKit
import Testing
import Values

@testable import Backends

/// Every way of taking a publication back, interrupted after every step, mended, and the mending interrupted too.
@Suite struct UndoPlanTests {
  private static let restored: UInt64 = 1
  private static let original: UInt64 = 2
  /// Side files of what was restored, by suffix.
  private static let itsSides: [String: UInt64] = ["-wal": 11, "-journal": 12]
  /// Side files of what stood there before.
  private static let keptSides: [String: UInt64] = ["-wal": 21, "-shm": 22]

  struct Situation: Sendable, CustomTestStringConvertible {
    let method: PublishIntent.Method
    /// Whether something stands at the target.
    let hasLive: Bool
    /// Whether something stood there before the publication.
    let hasKept: Bool
    let sides: [String]
    let incoming: [String]
    var testDescription: String {
      "\(method), live \(hasLive) \(sides), kept \(hasKept) \(incoming)"
    }
  }

  static let situations: [Situation] = [PublishIntent.Method.link, .exchange, .rename].flatMap { method in
    [(true, true), (true, false), (false, true)].flatMap { hasLive, hasKept in
      [[], ["-wal"], ["-wal", "-journal"]].flatMap { sides in
        [[], ["-wal"], ["-wal", "-shm"]].compactMap { incoming in
          guard hasKept || incoming.isEmpty, hasLive || sides.isEmpty else { return nil }
          return Situation(
            method: method, hasLive: hasLive, hasKept: hasKept, sides: sides, incoming: incoming)
        }
      }
    }
  }

  @Test(arguments: situations) func aWholeUndoPutsBackAndPutsAside(_ situation: Situation) {
    let intent = Self.intent(situation)
    var model = Self.start(situation)
    for action in PublishPlan.actions(for: intent) { Self.does(&model, action, intent) }
    #expect(model.names == Self.undone(situation))
    #expect(!model.hasStaging)
  }

  @Test(arguments: situations) func noStepPutsASideFileBesideForeignData(_ situation: Situation) {
    let intent = Self.intent(situation)
    var model = Self.start(situation)
    for action in PublishPlan.actions(for: intent) {
      _ = model.perform(action, intent)
      Self.expectNoMixture(model, "after \(action)")
    }
  }

  @Test(arguments: situations) func anIncomingSideFileWaitsUntilTheMainNameIsDurable(_ situation: Situation) {
    let intent = Self.intent(situation)
    var isDurable = false
    var model = Self.start(situation)
    for action in PublishPlan.actions(for: intent) {
      if case .move(_, let to) = action, intent.incoming.contains(where: { "db" + $0.suffix == to }) {
        #expect(isDurable, "\(action)")
      }
      _ = model.perform(action, intent)
      if action == .syncFolder { isDurable = model.names["db"] == Self.original }
    }
  }

  @Test(arguments: situations) func anInterruptionAnywhereIsMended(_ situation: Situation) {
    let intent = Self.intent(situation)
    let actions = PublishPlan.actions(for: intent)
    var ends: Set<String> = []
    for done in 1..<actions.count {
      var model = Self.start(situation)
      for action in actions.prefix(done) { _ = model.perform(action, intent) }
      let mending = Self.mending(intent, model)
      for again in 0...mending.actions.count {
        var mended = model
        for action in mending.actions.prefix(again) {
          Self.does(&mended, action, intent)
          Self.expectNoMixture(mended, "after \(done) steps and \(again) of mending")
        }
        // Asked once more after an interruption of the mending itself.
        if mended.hasIntent {
          for action in Self.mending(intent, mended).actions { Self.does(&mended, action, intent) }
        }
        let place: Comment = "after \(done) steps and \(again) of mending"
        let isUndone = mended.names == Self.undone(situation)
        #expect(isUndone || mended.names == Self.before(situation), place)
        #expect(!mended.hasStaging, place)
        ends.insert(isUndone ? "undone" : "as before")
      }
    }
    #expect(ends == ["undone", "as before"])
  }

  @Test func aSideFileIsNotPutBackBesideDataThatWasUsedMeanwhile() {
    let situation = Situation(method: .link, hasLive: true, hasKept: true, sides: [], incoming: ["-wal"])
    let intent = Self.intent(situation)
    for isUnchanged in [true, false] {
      var model = Self.start(situation)
      for action in PublishPlan.actions(for: intent) {
        if case .move(from: "before-wal", _) = action { break }
        _ = model.perform(action, intent)
      }
      // Somebody opened it, and made a WAL of their own or wrote without one.
      if isUnchanged { model.names["db-wal"] = 99 }
      let mending = PublishMending(of: intent, newIsUnchanged: isUnchanged) { (name) throws(Never) in
        model.names[name].map { FileIdentity(inode: $0) }
      }
      for action in mending.actions { Self.does(&model, action, intent) }
      #expect(mending.setAside == ["before-unmerged-wal"])
      #expect(model.names["before-unmerged-wal"] == 21)
      #expect(model.names["db-wal"] == (isUnchanged ? 99 : nil))
    }
  }

  private static func before(_ situation: Situation) -> [String: UInt64] {
    var names: [String: UInt64] = [:]
    if situation.hasLive { names["db"] = restored }
    if situation.hasKept { names["before"] = original }
    for side in situation.sides { names["db" + side] = itsSides[side] }
    for side in situation.incoming { names["before" + side] = keptSides[side] }
    return names
  }

  private static func undone(_ situation: Situation) -> [String: UInt64] {
    var names: [String: UInt64] = [:]
    if situation.hasLive { names["undone"] = restored }
    if situation.hasKept { names["db"] = original }
    for side in situation.sides { names["undone" + side] = itsSides[side] }
    for side in situation.incoming { names["db" + side] = keptSides[side] }
    return names
  }

  private static func expectNoMixture(_ model: PublishModel, _ place: Comment) {
    for suffix in ["-wal", "-shm", "-journal"] {
      guard let side = model.names["db" + suffix] else { continue }
      let isIts = itsSides.values.contains(side)
      // Where nothing stands, nothing is mixed.
      #expect(model.names["db"] == nil || (model.names["db"] == restored) == isIts, place)
    }
  }

  private static func does(_ model: inout PublishModel, _ action: PublishAction, _ intent: PublishIntent) {
    let isDone = model.perform(action, intent)
    #expect(isDone, "\(action)")
  }

  private static func mending(_ intent: PublishIntent, _ model: PublishModel) -> PublishMending {
    PublishMending(of: intent) { (name) throws(Never) in model.names[name].map { FileIdentity(inode: $0) } }
  }

  private static func start(_ situation: Situation) -> PublishModel { PublishModel(names: before(situation)) }

  private static func intent(_ situation: Situation) -> PublishIntent {
    PublishIntent(
      direction: .undo, run: PlanFixtures.runID, target: "db", staged: "before", kept: "undone",
      method: situation.method, old: situation.hasLive ? FileIdentity(inode: restored) : nil,
      new: situation.hasKept ? FileIdentity(inode: original) : nil, suffixes: ["-wal", "-shm", "-journal"],
      sides: situation.sides.compactMap { side in
        itsSides[side].map { .init(suffix: side, identity: FileIdentity(inode: $0)) }
      },
      incoming: situation.incoming.compactMap { side in
        keptSides[side].map { .init(suffix: side, identity: FileIdentity(inode: $0)) }
      })
  }
}
