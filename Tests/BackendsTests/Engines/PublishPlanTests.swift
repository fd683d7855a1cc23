import DrplanTestKit
import Testing
import Values

@testable import Backends

/// Every way of swapping, interrupted after every step, mended, and the mending interrupted after every step.
@Suite struct PublishPlanTests {
  private static let old: UInt64 = 1
  private static let new: UInt64 = 2
  private static let wal: UInt64 = 3
  private static let journal: UInt64 = 4

  struct Situation: Sendable, CustomTestStringConvertible {
    let method: PublishIntent.Method
    let hasOld: Bool
    let sides: [String]
    var testDescription: String { "\(method), \(hasOld ? "old" : "no old"), \(sides)" }
  }

  static let situations: [Situation] = [PublishIntent.Method.link, .exchange, .rename].flatMap { method in
    [true, false].flatMap { hasOld in
      [[], ["-wal"], ["-wal", "-journal"]].map { Situation(method: method, hasOld: hasOld, sides: $0) }
    }
  }

  @Test(arguments: situations) func aWholeSwapPublishesAndKeeps(_ situation: Situation) {
    let intent = Self.intent(situation)
    var model = Self.start(situation)
    for action in PublishPlan.actions(for: intent) { Self.does(&model, action, intent) }
    #expect(model.names["db"] == Self.new)
    #expect(model.names["kept"] == (situation.hasOld ? Self.old : nil))
    for side in situation.sides {
      #expect(model.names["db" + side] == nil)
      #expect(model.names["kept" + side] == Self.file(side))
    }
    #expect(!model.hasStaging)
  }

  @Test(arguments: situations) func noStepPutsAnOldSideFileBesideTheNewData(_ situation: Situation) {
    let intent = Self.intent(situation)
    var model = Self.start(situation)
    for action in PublishPlan.actions(for: intent) {
      _ = model.perform(action, intent)
      guard model.names["db"] == Self.new else { continue }
      #expect(situation.sides.allSatisfy { model.names["db" + $0] == nil }, "after \(action)")
    }
  }

  @Test(arguments: situations) func onlyTwoRenamesLeaveAMomentWithoutData(_ situation: Situation) {
    guard situation.hasOld else { return }
    let intent = Self.intent(situation)
    var model = Self.start(situation)
    var gaps = 0
    for action in PublishPlan.actions(for: intent) {
      _ = model.perform(action, intent)
      if model.names["db"] == nil { gaps += 1 }
    }
    #expect(gaps == (situation.method == .rename ? 1 : 0))
  }

  @Test(arguments: situations) func anInterruptionAnywhereIsMended(_ situation: Situation) {
    let intent = Self.intent(situation)
    let actions = PublishPlan.actions(for: intent)
    for done in 1..<actions.count {
      var model = Self.start(situation)
      for action in actions.prefix(done) { _ = model.perform(action, intent) }
      let mending = Self.mending(intent, model)
      for again in 0...mending.actions.count {
        var mended = model
        for action in mending.actions.prefix(again) { Self.does(&mended, action, intent) }
        // Asked once more after an interruption of the mending itself.
        if mended.hasIntent {
          for action in Self.mending(intent, mended).actions { Self.does(&mended, action, intent) }
        }
        Self.expectWhole(mended, situation, "after \(done) steps and \(again) of mending")
      }
    }
  }

  @Test func sideFilesThatSomeoneMadeMeanwhileAreNotMixedWithTheOldOnes() {
    let situation = Situation(method: .link, hasOld: true, sides: ["-wal"])
    let intent = Self.intent(situation)
    let actions = PublishPlan.actions(for: intent)
    var model = Self.start(situation)
    for action in actions {
      guard action != .replace("db", with: "staged") else { break }
      _ = model.perform(action, intent)
    }
    model.names["db-wal"] = 99
    for action in Self.mending(intent, model).actions { Self.does(&model, action, intent) }
    #expect(model.names == ["db": Self.old, "db-wal": 99, "kept-unmerged-wal": Self.wal])
  }

  @Test func anOldWALIsNotPutBackBesideAFileThatWasWrittenSince() {
    let situation = Situation(method: .link, hasOld: true, sides: ["-wal"])
    let intent = Self.intent(situation)
    var model = Self.start(situation)
    for action in PublishPlan.actions(for: intent) {
      guard action != .replace("db", with: "staged") else { break }
      _ = model.perform(action, intent)
    }
    let mending = PublishMending(of: intent, oldIsUnchanged: false) { (name) throws(Never) in
      model.names[name].map { FileIdentity(inode: $0) }
    }
    for action in mending.actions { Self.does(&model, action, intent) }
    #expect(model.names == ["db": Self.old, "kept-unmerged-wal": Self.wal])
    #expect(mending.setAside == ["kept-unmerged-wal"])
  }

  @Test func whatSomeoneElsePutThereIsLeftAlone() {
    let situation = Situation(method: .exchange, hasOld: true, sides: [])
    let intent = Self.intent(situation)
    var model = Self.start(situation)
    for action in PublishPlan.actions(for: intent) {
      _ = model.perform(action, intent)
      if case .exchange = action { break }
    }
    model.names["db"] = 99
    let mending = Self.mending(intent, model)
    for action in mending.actions { Self.does(&model, action, intent) }
    #expect(mending.outcome == .foreign)
    #expect(model.names == ["db": 99, "kept": Self.old])
  }

  private static func expectWhole(_ model: PublishModel, _ situation: Situation, _ place: Comment) {
    let sides = Dictionary(uniqueKeysWithValues: situation.sides.map { ($0, file($0)) })
    var oldState: [String: UInt64] = [:]
    var newState: [String: UInt64] = ["db": new]
    if situation.hasOld {
      oldState["db"] = old
      newState["kept"] = old
    }
    for (side, file) in sides {
      oldState["db" + side] = file
      newState["kept" + side] = file
    }
    #expect(model.names == oldState || model.names == newState, place)
    #expect(!model.hasStaging, place)
  }

  private static func does(_ model: inout PublishModel, _ action: PublishAction, _ intent: PublishIntent) {
    let isDone = model.perform(action, intent)
    #expect(isDone, "\(action)")
  }

  private static func mending(_ intent: PublishIntent, _ model: PublishModel) -> PublishMending {
    PublishMending(of: intent) { (name) throws(Never) in model.names[name].map { FileIdentity(inode: $0) } }
  }

  private static func file(_ side: String) -> UInt64 { side == "-wal" ? wal : journal }

  private static func start(_ situation: Situation) -> PublishModel {
    var names = ["staged": new]
    if situation.hasOld { names["db"] = old }
    for side in situation.sides { names["db" + side] = file(side) }
    return PublishModel(names: names)
  }

  private static func intent(_ situation: Situation) -> PublishIntent {
    PublishIntent(
      run: PlanFixtures.runID, target: "db", staged: "staged", kept: "kept", method: situation.method,
      old: situation.hasOld ? FileIdentity(inode: old) : nil, new: FileIdentity(inode: new),
      suffixes: ["-wal", "-shm", "-journal"],
      sides: situation.sides.map { .init(suffix: $0, identity: FileIdentity(inode: file($0))) })
  }
}
