import BackendKit
import HostSystem
import Journal
import RunEvents
import Values

/// The answers to the steps of one run, from its directory.
struct RunAnswers: AnswerSource {
  private let directory: RunDirectory
  private let ending: String

  /// The answers to a run kept in `stateDirectory`.
  ///
  /// Who answers is somebody else, with another home: only the place that root keeps runs in goes without saying.
  init(_ directory: RunDirectory, stateDirectory: String) {
    self.directory = directory
    // Without variables and options there is a place for root, always.
    let usual = try? StateDirectory.resolve(option: nil, environment: [:], isRoot: true)
    ending = stateDirectory == usual ? "" : " --state \(ShellWord.quoted(stateDirectory))"
  }

  func invite(_ step: StepID) async throws(StepFailure) -> String {
    do throws(JournalError) {
      try await AnswerBox(directory, step: step).open()
    } catch {
      throw Self.failure(error)
    }
    return "drplan approve \(directory.run) \(step)\(ending)"
  }

  func answers(to step: StepID) async throws(StepFailure) -> [GivenAnswer] {
    do throws(JournalError) {
      let kept = try await AnswerBox(directory, step: step).read()
      guard !kept.isEmpty else { return [] }
      // Asking for names may take a name server.
      return await runBlocking { kept.map(Self.answer) }
    } catch {
      throw Self.failure(error)
    }
  }

  func unknown(_ names: [String]) async -> [String] {
    await runBlocking { names.filter { !HostUsers.hasUser($0) && !HostUsers.hasGroup($0) } }
  }

  /// Who this process acts for.
  static func person(owner: UInt32, sudoUser: String?) -> Person {
    guard owner == 0, let sudoUser else { return Person(login: HostUsers.name(of: owner)) }
    return Person(login: sudoUser, actsAsRoot: true)
  }

  /// Who this process acts for.
  static var caller: Person { person(owner: HostFacts.userNumber, sudoUser: HostFacts.sudoUser) }

  private static func answer(_ kept: KeptAnswer) -> GivenAnswer {
    let person = person(owner: kept.owner, sudoUser: kept.sudoUser)
    return GivenAnswer(
      id: kept.id, person: person, groups: HostUsers.groups(of: person.login), approves: kept.approves,
      comment: kept.comment, problem: kept.problem)
  }

  private static func failure(_ error: JournalError) -> StepFailure {
    StepFailure(
      .system, "answers cannot be read: \(error)", remedy: "see that the run's directory is readable")
  }
}
