public import Declarations
public import RunEvents
public import Values

/// A place that data is read from to make a snapshot, and nothing else: whoever has it cannot write there.
public protocol DataSource: Sendable {
  /// The path of the data, for overlap checks and reports; nil for data behind a server.
  var path: String? { get }

  /// Makes a consistent copy to take a snapshot of, or points at data that can be read in place. `scratch` is an empty
  /// folder that the caller made and will remove.
  func capture(in scratch: String) async throws(StepFailure) -> CapturedData

  /// Whether data can be captured from (`forRestore` false) or restored to this place, looking only.
  func probe(forRestore: Bool, needing bytes: ByteCount?) async -> [ProbeFinding]
}

/// One place that holds a database: how its data is captured, checked and put in place.
///
/// An instance is one place (`source`, `recovery` or `drill` of a database), made from the keys of that place. Snapshots
/// are files: an engine turns its data into files and files into data; the repository moves the files.
public protocol DatabaseEngine: DataSource {
  /// Its name, the keys of a place, documentation.
  static var declaration: KindDeclaration { get }

  /// The place described by those keys.
  init(_ place: Record)

  /// What a step locks that changes this place, and the path it stands for.
  var target: TargetName { get }

  /// A place of the same kind, with the same settings, for data that may be thrown away, in a folder that the caller
  /// made and will remove; nil for an engine that cannot make one.
  func scratch(in folder: String) -> (any DatabaseEngine)?

  /// What files that belong to the one at `path` have at the end of their names, beside its own name.
  var sideSuffixes: [String] { get }

  /// How a restore to this place is staged, checked and published.
  var restoration: any Restoration { get }

  /// The engine's own check of the data that stands at this place: empty when all is well, else what is wrong.
  func check() async throws(StepFailure) -> [String]

  /// What stands at this place now, by the facts that `declaration.identity` names; looking only.
  ///
  /// Facts of data that is gone or damaged are left out. Fails only when nothing at all can be told.
  func identity() async throws(StepFailure) -> [String: String]
}

extension DatabaseEngine {
  /// None: a drill needs a place that the plan names.
  public func scratch(in folder: String) -> (any DatabaseEngine)? { nil }
  /// None.
  public var sideSuffixes: [String] { [] }
}

extension DatabaseEngine {
  /// Nothing by which it could be told from others.
  public func identity() async throws(StepFailure) -> [String: String] { [:] }
}

/// Data ready to be read into a snapshot.
public struct CapturedData: Sendable {
  /// The file or folder to read.
  public var path: String
  /// The start of the consistent view: the recovery point.
  public var consistentAt: Timestamp
  /// Rows per table, where there are tables: what `RowCounts` compares with.
  public var rowCounts: [String: Int64]?
  /// What the engine knows of itself: versions, ids.
  public var identity: [String: String]

  /// Data ready to be read.
  public init(
    path: String, consistentAt: Timestamp, rowCounts: [String: Int64]? = nil, identity: [String: String] = [:]
  ) {
    self.path = path
    self.consistentAt = consistentAt
    self.rowCounts = rowCounts
    self.identity = identity
  }
}

/// How restored files become the live data of a place: staged beside it, checked there, swapped in by one atomic step.
///
/// The caller calls `begin`, lets the repository restore into the folder that it gave, then `checkStaged`,
/// `plannedPublication` and `publish`, in that order, each with what was restored: that folder itself, or for a snapshot
/// of a single file the file in it. After any failure before `publish` it calls `abandon`. One value serves one restore:
/// it keeps others out of the place from `begin` on. Nothing but `publish` touches the live data, except that `begin`
/// finishes or undoes a swap that an earlier run left half done.
public protocol Restoration: Sendable {
  /// Makes room: removes what an earlier attempt of this run left, checks space; gives the folder to restore into, which
  /// does not exist yet and lies on the file system of the place.
  func begin(run: RunID, database: DatabaseID, needing bytes: ByteCount) async throws(StepFailure) -> String

  /// The engine's own check of the staged data: empty when all is well, else what is wrong.
  func checkStaged(_ staging: String) async throws(StepFailure) -> [String]

  /// What `publish` is going to do, to be put on record before.
  func plannedPublication(_ staging: String, run: RunID, database: DatabaseID) async throws(StepFailure)
    -> Publication

  /// Swaps the staged data in, keeps what stood there, and says who still has the old data open.
  func publish(_ planned: Publication) async throws(StepFailure) -> Publication

  /// Finds out what became of a swap that was on record as planned when its process was killed; one that was
  /// interrupted is finished or taken back first. Nothing is published by it that was not about to be.
  func reconcile(_ planned: Publication, run: RunID) async throws(StepFailure) -> PublicationState

  /// Swaps what a publication kept into its place again, by one atomic step; what the publication had put there is kept
  /// beside it, for it may hold what was written since. Where nothing stood before, nothing stands there after. Safe to
  /// call again after a crash within, and after it is done. A failure says what stands where.
  func undo(_ publication: Publication, run: RunID) async throws(StepFailure) -> PublicationUndo

  /// Removes what an attempt of the run that was killed had staged here and was not about to publish.
  func discard(run: RunID) async throws(StepFailure)

  /// Removes the staged data after a failure.
  func abandon(_ staging: String) async

  /// What people should know of what it found and did since it was asked last, to be put on record: a swap mended, data
  /// found in an unexpected state. Asked after `begin`, `publish`, `reconcile` and `undo`, whether they failed or not.
  func takeNotes() async -> [String]
}

extension Restoration {
  /// Nothing to tell.
  public func takeNotes() async -> [String] { [] }
}

/// What became of a swap whose process was killed.
public enum PublicationState: Sendable, Equatable {
  /// The data took its place, as this publication says.
  case published(Publication)
  /// It did not, or was put back; by what that is known.
  case notPublished(String)
  /// It cannot be told: what a person has to look at.
  case unknown(String)
}

/// What undoing a publication did.
public enum PublicationUndo: Sendable, Equatable {
  /// What stood there before stands there again.
  case undone(UndonePublication)
  /// What the publication would have put there does not stand there, and nothing it kept does either; what does.
  case notPublished(String)
}

/// A publication that was taken back.
public struct UndonePublication: Sendable, Equatable {
  /// Where the data lives.
  public var target: String
  /// Whether nothing stands there now, as before the publication.
  public var isEmpty: Bool
  /// Where what the publication had put there is kept; nil when it was gone.
  public var putAside: String?
  /// Processes that still have that data open, as `name (pid)`.
  public var holders: [String]

  /// A publication that was taken back.
  public init(target: String, isEmpty: Bool, putAside: String?, holders: [String]) {
    self.target = target
    self.isEmpty = isEmpty
    self.putAside = putAside
    self.holders = holders
  }
}

/// A place whose data can be asked in SQL.
public protocol QueryableDatabase: DatabaseEngine {
  /// Rows per user table, by table name.
  func rowCounts() async throws(StepFailure) -> [String: Int64]

  /// The rows of a read-only query, every value as text, null as nil; at most `limit` rows.
  func query(_ sql: String, limit: Int) async throws(StepFailure) -> [[String?]]
}

/// A place whose files can be compared with a snapshot's, because the engine leaves them as restored.
public protocol ComparableDatabase: DatabaseEngine {
  /// The file or folder to compare.
  var comparablePath: String { get }
}
