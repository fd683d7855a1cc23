import BackendKit
import Declarations
import Diagnostics
import HostSystem
import Values

/// One SQLite database file, backed up while it is in use and restored beside itself.
struct SQLiteEngine: QueryableDatabase {
  static let pathKey = Key<String>.required("path", .path, "the database file")
  static let foreignKeysKey = Key<Bool>.optional(
    "checkForeignKeys", .boolean, default: true, shownAs: "true",
    "whether rows that refer to nothing count as damage, in EngineCheck and before a restore is published")

  /// The keys of a place and what the engine promises.
  static let declaration = KindDeclaration(
    "SQLite",
    summary: "One SQLite database file, backed up while it is in use.",
    notes: """
      A backup uses SQLite's online backup: the copy holds one committed state, writers go on, and the recovery point \
      is the instant before the copy began. Rows per table are counted in the copy, for the check RowCounts.

      A restore is staged in a hidden folder beside the file (`.orders.db.drplan-<run>`), proven there with \
      `integrity_check` and `foreign_key_check`, and takes the file's name in one rename. What stood there is kept as \
      `orders.db.before-<run>` together with its `-wal`, `-shm` and `-journal`; these get their kept names before the \
      new file gets its own, so an old WAL never stands beside new data. If the machine stops in the few milliseconds \
      between, the old file stands there without its WAL until `drplan resume`, `drplan rollback` or the next restore to \
      this place puts it back: do not start services by hand before that. If the old file was written meanwhile, its old `-wal` is \
      not put back, which would undo what was committed since: it is kept as `orders.db.before-<run>-unmerged-wal`, and \
      the run says so. A symbolic link is followed and stays.

      `drplan rollback` swaps the old file back in the same way, its `-wal` right after it, and keeps the restored one \
      with its own as `orders.db.undone-<run>`.

      A process that has the old file open goes on reading and writing the old file: stop it before or restart it \
      after. The run names such processes.
      """,
    example: """
      databases:
        orders:
          engine: SQLite
          source: {path: ../var/orders/orders.db}
      """,
    shape: Shape(
      "a place of SQLite", [pathKey.erased, foreignKeysKey.erased],
      synonyms: ["file": "path", "database": "path", "filename": "path"]),
    identity: SQLiteIdentity.keys)

  let file: String
  let checksForeignKeys: Bool

  /// The place described by those keys.
  init(_ place: Record) {
    file = place[Self.pathKey]
    checksForeignKeys = place[Self.foreignKeysKey]
  }

  private init(file: String, checksForeignKeys: Bool) {
    self.file = file
    self.checksForeignKeys = checksForeignKeys
  }

  /// The path, with symbolic links followed.
  var target: TargetName { RestorePlace.target(of: file) }

  /// The path, as the plan says it.
  var path: String? { file }

  /// Copies the database into `scratch` while others read and write it.
  func capture(in scratch: String) async throws(StepFailure) -> CapturedData {
    let capture = SQLiteCapture(source: file, scratch: scratch)
    return try await runBlockingCancellable { (flag) throws(StepFailure) in try capture.run(flag) }
  }

  /// The same name in another folder, checked in the same way.
  func scratch(in folder: String) -> (any DatabaseEngine)? {
    SQLiteEngine(file: "\(folder)/\(PathText.name(of: file))", checksForeignKeys: checksForeignKeys)
  }

  /// What SQLite keeps beside a database.
  var sideSuffixes: [String] { ["-wal", "-shm", "-journal"] }

  /// Staged beside the place and swapped in by one step.
  var restoration: any Restoration { staged }

  var staged: StagedRestoration {
    let checksForeignKeys = checksForeignKeys
    return StagedRestoration(
      path: file,
      form: .init(
        isAlwaysFile: true, sideSuffixes: sideSuffixes, noun: "a SQLite database"
      ) { (staged, flag) throws(StepFailure) in
        try SQLiteProof(checksForeignKeys: checksForeignKeys).findings(in: staged, mode: .immutable, flag)
      })
  }

  /// `integrity_check` and, unless the plan says otherwise, `foreign_key_check`.
  func check() async throws(StepFailure) -> [String] {
    let proof = SQLiteProof(checksForeignKeys: checksForeignKeys)
    let file = try await existingFile()
    return try await runBlockingCancellable { (flag) throws(StepFailure) in
      try proof.findings(in: file, mode: .readOnly, flag)
    }
  }

  /// Rows by table, all from one state.
  func rowCounts() async throws(StepFailure) -> [String: Int64] {
    let file = try await existingFile()
    return try await reading("counting the rows of `\(file)`") { (database) throws(SQLiteError) in
      var counts: [String: Int64] = [:]
      for count in try database.tableRowCounts { counts[count.table] = count.rows }
      return counts
    }
  }

  /// The rows of one query on a connection that cannot write; values as the `sqlite3` shell shows them.
  func query(_ sql: String, limit: Int) async throws(StepFailure) -> [[String?]] {
    let file = try await existingFile()
    return try await reading("querying `\(file)`") { (database) throws(SQLiteError) in
      // Rows, not columns, are what `limit` is about; a value is as the `sqlite3` shell shows it.
      try database.ask(sql, limit: limit).map { row in
        row.values.map { $0.isNull ? nil : $0.description }
      }
    }
  }

  /// Read from the files alone: SQLite might refuse, or mend, what stands there.
  func identity() async throws(StepFailure) -> [String: String] {
    let file = file
    return try await runBlocking { () throws(StepFailure) in try SQLiteIdentity.facts(of: file) }
  }

  /// Looks at the files only; nothing is opened through the engine.
  func probe(forRestore: Bool, needing bytes: ByteCount?) async -> [ProbeFinding] {
    await runBlocking {
      forRestore
        ? PlaceProbe(restoration: staged, bytes: bytes).findings() : [SQLiteSourceProbe(path: file).finding()]
    }
  }

  /// The file, once it is known to be there: SQLite's own words for a missing one say less.
  private func existingFile() async throws(StepFailure) -> String {
    let file = file
    return try await runBlocking { () throws(StepFailure) in
      let place = try RestorePlace.resolve(file)
      guard place.status?.kind == .file else { throw .noDatabase(at: file) }
      return file
    }
  }

  private func reading<Success: Sendable>(
    _ what: String, _ body: @escaping @Sendable (borrowing SQLiteDatabase) throws(SQLiteError) -> Success
  ) async throws(StepFailure) -> Success {
    let file = file
    return try await runBlockingCancellable { (flag) throws(StepFailure) in
      do throws(SQLiteError) {
        let database = try SQLiteDatabase(path: file, mode: .readOnly)
        return try database.limited(cancellation: flag) { () throws(SQLiteError) in try body(database) }
      } catch {
        throw StepFailure(sqlite: error, doing: what)
      }
    }
  }
}

extension StepFailure {
  /// There is no database file where one should be.
  static func noDatabase(at path: String) -> StepFailure {
    StepFailure(
      .sourceUnusable, "`\(path)` is not there, or is not a file",
      remedy: "correct the path, or restore it first",
      isRetryable: false)
  }
}
