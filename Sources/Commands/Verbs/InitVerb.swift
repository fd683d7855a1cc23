import CommandLineKit
import HostSystem
import Values

/// `drplan init`: writes a first plan to start from.
enum InitVerb: Verb {
  static let declaration = CommandDeclaration(
    "init", summary: "write a first plan to start from",
    discussion: "Writes a small valid plan with comments. An existing file is never overwritten.",
    examples: [
      .init("drplan init plans/orders.yaml", "then edit it, and `drplan validate plans/orders.yaml`")
    ],
    arguments: [Argument("PLAN", "the file to write", completion: .files)])

  static func run(_ invocation: Invocation, _ console: Console) async throws(CommandFailure) -> ExitCode {
    let path = invocation.arguments[0]
    let stem = path.split(separator: "/").last.map { $0.prefix { $0 != "." } }.map(String.init) ?? ""
    let name = PlanName(stem) == nil ? "my-system" : stem
    do throws(FileError) {
      try FileTree.makeDirectories(PathText.parent(of: path), mode: 0o755)
      try DurableFile.create(Array(text(name).utf8), at: path, mode: 0o644)
    } catch {
      throw CommandFailure(
        .refused, "the plan cannot be written: \(error)", remedy: "name a file that does not exist yet")
    }
    console.note("wrote \(path); next: edit it, then `drplan validate \(path)` and `drplan backup \(path)`")
    return .done
  }

  private static func text(_ name: String) -> String {
    """
    apiVersion: drplan/v1
    kind: RecoveryPlan
    name: \(name)

    objectives:
      rto: 15m                    # how fast it must be back
      rpo: 1h                     # how much data may be lost

    repository: {directory: /var/backups/\(name)}     # best on another machine's storage

    databases:
      main: {engine: SQLite, source: {path: /srv/\(name)/\(name).db}}

    steps:
      - id: restore
        action: RestoreDatabase
        timeout: 8m
        with: {database: main}

      - id: verify                # without `needs` a step waits for the one above it
        action: VerifyIntegrity
        timeout: 4m
        with:
          checks:
            - {type: EngineCheck, database: main}
            - {type: RowCounts, database: main}

    """
  }
}
