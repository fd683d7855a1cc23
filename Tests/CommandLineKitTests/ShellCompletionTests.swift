import CommandLineKit
import FoundationEssentials
import HostSystem
import Testing

@Suite struct ShellCompletionTests {
  /// What bash offers after `words`, the last of which is being typed.
  private func offered(_ words: String..., files: [String] = [], folders: [String] = []) async throws
    -> [String]
  {
    let folder = FileManager.default.temporaryDirectory.path + "/drplan-completion-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }  // A leftover folder harms no test.
    for file in files { try Data().write(to: URL(filePath: "\(folder)/\(file)")) }
    for name in folders {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    let script =
      ShellCompletion.bash.script(for: SampleTool.root) + """

        COMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1); COMPREPLY=()
        _tool
        ((${#COMPREPLY[@]})) && printf '%s\\n' "${COMPREPLY[@]}"
        exit 0
        """
    let result = try await ChildProcess.run(
      Command(["bash", "--norc", "-s"], workingDirectory: folder, input: .bytes(Array(script.utf8))))
    #expect(result.status.isSuccess)
    #expect(result.error.text == "")
    return result.output.text.split(separator: "\n").map(String.init).sorted()
  }

  @Test func theScriptIsSyntacticallyValid() async throws {
    let script = ShellCompletion.bash.script(for: SampleTool.root)
    let result = try await ChildProcess.run(Command(["bash", "-n", "-s"], input: .bytes(Array(script.utf8))))
    #expect(result.status.isSuccess)
    #expect(result.error.text == "")
  }

  @Test func aToolWithoutOptionsHasAValidScript() async throws {
    let script = ShellCompletion.bash.script(for: CommandDeclaration("bare", summary: "does nothing"))
    let result = try await ChildProcess.run(Command(["bash", "-n", "-s"], input: .bytes(Array(script.utf8))))
    #expect(result.status.isSuccess)
  }

  @Test func commandsAreOffered() async throws {
    #expect(try await offered("tool", "ru") == ["run", "runs"])
    #expect(try await offered("tool", "") == ["--help", "--version", "explain", "run", "runs", "validate"])
  }

  @Test func subcommandsAreOffered() async throws {
    #expect(try await offered("tool", "runs", "") == ["--help", "list", "show"])
  }

  @Test func optionsOfTheCommandAreOffered() async throws {
    #expect(try await offered("tool", "validate", "--") == ["--format", "--help", "--strict"])
    #expect(try await offered("tool", "runs", "list", "--s") == ["--state"])
  }

  @Test func choicesAreOfferedAfterTheOption() async throws {
    #expect(try await offered("tool", "run", "--format", "") == ["json", "text"])
    #expect(try await offered("tool", "run", "-f", "j") == ["json"])
  }

  @Test func choicesAreOfferedAfterAnEqualSign() async throws {
    // Bash hands `--format=j` over in three words.
    #expect(try await offered("tool", "run", "--format", "=", "j") == ["json"])
    #expect(try await offered("tool", "run", "--dry-run", "=") == ["probe", "static"])
  }

  @Test func choicesAreOfferedInOneWordWhereTheShellKeepsIt() async throws {
    #expect(try await offered("tool", "run", "--dry-run=p") == ["--dry-run=probe"])
  }

  @Test func anOptionalValueIsNotOfferedAsTheNextWord() async throws {
    #expect(try await offered("tool", "run", "--dry-run", "", files: ["plan.yaml"]).contains("plan.yaml"))
    #expect(try await !offered("tool", "run", "--dry-run", "").contains("probe"))
  }

  @Test func filesAreOfferedForAPlan() async throws {
    #expect(try await offered("tool", "run", "pl", files: ["plan.yaml", "other"]) == ["plan.yaml"])
    #expect(try await offered("tool", "run", "--events", "ev", files: ["ev.jsonl"]) == ["ev.jsonl"])
  }

  @Test func foldersAreOfferedForAFolder() async throws {
    #expect(try await offered("tool", "run", "--state", "", files: ["file"], folders: ["state"]) == ["state"])
  }

  @Test func nothingIsOfferedForAFreeValue() async throws {
    #expect(try await offered("tool", "run", "--param", "", files: ["plan.yaml"]) == [])
  }

  @Test func anArgumentNamedLikeACommandDoesNotConfuse() async throws {
    #expect(try await offered("tool", "explain", "run", "S") == ["SQLite"])
  }

  @Test func theScriptOfTheZShellUsesNoneOfItsSpecialNames() {
    let script = ShellCompletion.zsh.script(for: SampleTool.root)
    #expect(script.hasPrefix("#compdef tool\n"))
    for name in ["path", "words", "commands", "options", "status", "argv"] {
      #expect(
        !script.contains("local \(name)=") && !script.contains(" \(name)=\"")
          && !script.contains(" \(name)=$"))
    }
  }

  @Test func fishGetsEveryCommandAndOptionWithItsCondition() {
    let lines = ShellCompletion.fish.script(for: SampleTool.root).split(separator: "\n").map(String.init)
    #expect(
      lines.contains(
        "complete -c tool -n 'not __fish_seen_subcommand_from run validate runs explain' -a run -d 'run a plan'"
      ))
    #expect(
      lines.contains(
        "complete -c tool -n '__fish_seen_subcommand_from validate' -l strict -d 'counts warnings as errors'")
    )
    #expect(
      lines.contains(
        "complete -c tool -n '__fish_seen_subcommand_from run' -l format -s f -x -a 'text json' -d 'how it prints'"
      ))
    #expect(
      lines.contains(
        "complete -c tool -n '__fish_seen_subcommand_from run' -l dry-run -s n -f -a 'static probe' -d 'changes nothing'"
      ))
    #expect(
      lines.contains(
        #"complete -c tool -n '__fish_seen_subcommand_from run' -l param -x -d 'a value for the plan\'s parameter'"#
      ))
  }
}
