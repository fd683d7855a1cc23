import BackendKit
import DrplanTestKit
import FoundationEssentials
import HostSystem
import Testing
import Values

@testable import Backends

/// Staging folders and intents that something else than drplan put beside a target.
@Suite struct PlantedStagingTests {
  private let scratch: ScratchFolder
  private let run = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 1)
  private let next = RunID(startedAt: Timestamp(seconds: 0), plan: PlanFixtures.planName, entropy: 2)
  private var target: String { scratch.file("o.db") }
  private var area: String { scratch.file(".o.db.drplan-\(run)") }

  init() throws {
    scratch = try ScratchFolder()
    try FileManager.default.createDirectory(
      atPath: area, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    try scratch.write("evil", "evil")
  }

  @Test(arguments: ["staged", "kept", "target", "suffixes", "run"])
  func anIntentThatNamesOtherThingsIsNotCarriedOut(_ planted: String) async throws {
    let victim = scratch.file("victim")
    let evil = FileIdentity(inode: try #require(try HostPath.status(scratch.file("evil"))).inode)
    try plant(
      PublishIntent(
        run: planted == "run" ? next : run, target: planted == "target" ? victim : target,
        staged: planted == "staged" ? scratch.file("evil") : area + "/data",
        kept: planted == "kept" ? victim : "\(target).before-\(run)", method: .exchange, old: evil,
        new: FileIdentity(inode: 1), suffixes: planted == "suffixes" ? ["/../evil"] : [], sides: []))
    #expect(try await failureOfBegin()?.message.contains("describes something else") == true)
    #expect(scratch.text("evil") == "evil")
    #expect(!scratch.has("victim"))
  }

  @Test func aStagingFolderThatOthersMayWriteIsRefused() async throws {
    try plant(harmless)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: area)
    let failure = try await failureOfBegin()
    #expect(failure?.message.contains("another user owns it or may write to it") == true)
    #expect(failure?.isRetryable == false)
    #expect(scratch.has(".o.db.drplan-\(run)"))
  }

  @Test
  func aStagingFolderOfAnotherUserIsRefused() async throws {
    try plant(harmless)
    try FileManager.default.setAttributes([.ownerAccountID: 65534], ofItemAtPath: area)
    #expect(
      try await failureOfBegin()?.message.contains("another user owns it or may write to it") == true)
  }

  @Test func anIntentBehindASymbolicLinkIsNotRead() async throws {
    try scratch.write("elsewhere", String(decoding: harmless.bytes, as: UTF8.self), permissions: 0o600)
    try FileManager.default.createSymbolicLink(
      atPath: area + "/publication.json", withDestinationPath: scratch.file("elsewhere"))
    #expect(try await failureOfBegin() != nil)
  }

  @Test func anIntentOfItsOwnIsStillMended() async throws {
    try plant(harmless)
    #expect(try await failureOfBegin() == nil)
    #expect(!scratch.has(".o.db.drplan-\(run)"))
  }

  private var harmless: PublishIntent {
    PublishIntent(
      run: run, target: target, staged: area + "/data/o.db", kept: "\(target).before-\(run)-2",
      method: .link, old: nil, new: FileIdentity(inode: 1), suffixes: ["-wal"], sides: [])
  }

  private func plant(_ intent: PublishIntent) throws {
    try DurableFile.write(try intent.bytes, to: area + "/publication.json")
  }

  private func failureOfBegin() async throws -> StepFailure? {
    let restoration = try DataKeys.sqlite(target).restoration
    do throws(StepFailure) {
      await restoration.abandon(
        try await restoration.begin(
          run: next, database: PlanFixtures.database("orders"), needing: ByteCount(1)))
      return nil
    } catch {
      return error
    }
  }
}
