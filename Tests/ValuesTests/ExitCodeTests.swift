import Testing
import Values

@Suite struct ExitCodeTests {
  @Test func theTableIsTheDocumentedOne() {
    let table = Dictionary(uniqueKeysWithValues: ExitCode.allCases.map { ("\($0)", $0.rawValue) })
    #expect(
      table == [
        "done": 0, "failed": 1, "refused": 2, "objectiveNotMet": 3, "exceptions": 4, "waiting": 5,
        "locked": 11,
        "defect": 70, "interrupted": 130, "terminated": 143,
      ])
  }
}
