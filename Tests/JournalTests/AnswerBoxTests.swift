import FoundationEssentials
import Glibc
import HostSystem
import RunEvents
import Testing
import Values

@testable import Journal

/// Whose answers are taken from a run's directory.
@Suite struct AnswerBoxTests {
  private func withBox(_ body: (AnswerBox) async throws -> Void) async throws {
    try await withDirectory { path in
      let directory = RunDirectory(run: try runID(), stateDirectory: path)
      let box = AnswerBox(directory, step: try name("approve"))
      try await box.open()
      try await body(box)
    }
  }

  private func status(_ path: String) throws -> FileStatus {
    try unwrapped(try HostPath.status(path), path)
  }

  @Test func answersComeBackInTheOrderTheyWereGiven() async throws {
    try await withBox { box in
      let first = try await box.put(approves: true, comment: "go", sudoUser: "anna")
      let second = try await box.put(approves: false, comment: nil, sudoUser: nil)
      let read = try await box.read()
      #expect(
        read == [
          KeptAnswer(
            id: first, owner: 0, sudoUser: "anna", approves: true, comment: "go", problem: nil),
          KeptAnswer(id: second, owner: 0, sudoUser: nil, approves: false, comment: nil, problem: nil),
        ], "run these tests as root")
    }
  }

  @Test func folderAndFilesAreForTheirOwnerAlone() async throws {
    try await withBox { box in
      let id = try await box.put(approves: true, comment: nil, sudoUser: nil)
      #expect(try status(box.path).mode == 0o700)
      #expect(try status("\(box.path)/\(id).json").mode == 0o600)
      let names = try HostPath.names(in: box.path)
      #expect(names == ["\(id).json"])
    }
  }

  @Test func aRunOfAnotherUserCanReadWhatRootAnswersWhateverTheUmask() async throws {
    try await withBox { box in
      try #require(chown(box.path, 65534, 65534) == 0, "run these tests as root")
      let before = umask(0o077)
      defer { umask(before) }
      let id = try await box.put(approves: true, comment: nil, sudoUser: nil)
      #expect(try status("\(box.path)/\(id).json").mode == 0o644)
    }
  }

  @Test func theOwnerOfTheFileIsWhoAnsweredAndOnlyRootsWordNamesAnother() async throws {
    try await withBox { box in
      let id = try await box.put(approves: true, comment: nil, sudoUser: "anna")
      try #require(chown("\(box.path)/\(id).json", 65534, 65534) == 0, "run these tests as root")
      let read = try #require(try await box.read().first)
      #expect(read.owner == 65534 && read.sudoUser == nil && read.problem == nil)
    }
  }

  @Test func linksAreNotFollowed() async throws {
    try await withBox { box in
      let id = try await box.put(approves: true, comment: nil, sudoUser: nil)
      let moved = "\(box.path)/elsewhere"
      try #require(rename("\(box.path)/\(id).json", moved) == 0)
      try #require(symlink(moved, "\(box.path)/\(id).json") == 0)
      let read = try #require(try await box.read().first)
      #expect(read.problem?.contains("cannot be trusted") == true && !read.approves)
    }
  }

  @Test func aFileOfTwoNamesIsNoAnswer() async throws {
    try await withBox { box in
      let id = try await box.put(approves: true, comment: nil, sudoUser: nil)
      try #require(link("\(box.path)/\(id).json", "\(box.path)/other") == 0)
      #expect(try await box.read().first?.problem?.contains("several names") == true)
    }
  }

  @Test func aFileThatOthersMayWriteIsNoAnswer() async throws {
    try await withBox { box in
      let id = try await box.put(approves: true, comment: nil, sudoUser: nil)
      try #require(chmod("\(box.path)/\(id).json", 0o660) == 0)
      #expect(try await box.read().first?.problem?.contains("written by others") == true)
    }
  }

  @Test(arguments: ["", "{", "[]", "{\"approves\":true}", "{\"schemaVersion\":2}"])
  func garbageIsNoAnswer(_ text: String) async throws {
    try await withBox { box in
      try DurableFile.create(Array(text.utf8), at: box.path + "/1.json")
      let read = try #require(try await box.read().first)
      #expect(read.problem == "its file does not hold an answer" && !read.approves)
    }
  }

  @Test func aPipeIsNoAnswerAndHoldsNobodyUp() async throws {
    try await withBox { box in
      try #require(mkfifo(box.path + "/1.json", 0o600) == 0)
      #expect(try await box.read().first?.problem?.contains("no regular file") == true)
    }
  }

  @Test func anAnswerToAnotherQuestionDoesNotCountHere() async throws {
    try await withDirectory { path in
      let directory = RunDirectory(run: try runID(), stateDirectory: path)
      let (there, here) = (
        AnswerBox(directory, step: try name("there")), AnswerBox(directory, step: try name("here"))
      )
      try await there.open()
      try await here.open()
      let id = try await there.put(approves: true, comment: nil, sudoUser: nil)
      try #require(rename("\(there.path)/\(id).json", "\(here.path)/\(id).json") == 0)
      #expect(try await here.read().first?.problem?.contains("another question: step `there`") == true)
    }
  }

  @Test func unfinishedFilesAndOtherNamesAreNotLookedAt() async throws {
    try await withBox { box in
      for name in [".1.json", "1.tmp", "json"] { try DurableFile.create([1], at: "\(box.path)/\(name)") }
      #expect(try await box.read().isEmpty)
    }
  }

  @Test func noFolderIsNoAnswer() async throws {
    try await withDirectory { path in
      let directory = RunDirectory(run: try runID(), stateDirectory: path)
      #expect(try await AnswerBox(directory, step: try name("x")).read().isEmpty)
    }
  }

  @Test func aCommentThatIsTooLongIsRefused() async throws {
    try await withBox { box in
      let long = String(repeating: "x", count: AnswerBox.limit)
      await #expect(throws: JournalError.self) {
        try await box.put(approves: true, comment: long, sudoUser: nil)
      }
      let names = try HostPath.names(in: box.path)
      #expect(names.isEmpty)
    }
  }

  @Test(arguments: ["anna; rm", "", "x y", "a\u{1b}[1m"]) func aNameThatCannotBeAUsersIsNone(_ name: String)
    async throws
  {
    try await withBox { box in
      _ = try await box.put(approves: true, comment: nil, sudoUser: name)
      let read = try #require(try await box.read().first)
      #expect(read.problem != nil && read.sudoUser == nil)
    }
  }
}
