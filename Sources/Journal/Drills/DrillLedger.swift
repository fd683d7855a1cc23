import FoundationEssentials
public import HostSystem
public import Values

/// What one drill makes and has to remove again, written durably before it makes anything.
///
/// It lies in the drill's scratch folder, `<state>/scratch/<run id>/ledger.json`, and goes with it: a folder whose ledger
/// is still there belongs to a drill that goes on, or to one that died.
public struct DrillLedger: Codable, Sendable, Equatable {
  /// A place that a drill restores to.
  public struct Place: Codable, Sendable, Equatable {
    /// The database.
    public var database: DatabaseID
    /// In scratch space the path within the drill's folder, `orders/orders.db`; else an absolute path without links.
    public var path: String
    /// What is known of the folder around a place that the plan names; nil in scratch space.
    public var surroundings: Surroundings?

    /// A place in the drill's own folder.
    public init(scratch database: DatabaseID, name: String) {
      self.database = database
      path = "\(database)/\(name)"
    }

    /// A place that the plan names.
    public init(named database: DatabaseID, path: String, surroundings: Surroundings) {
      self.database = database
      self.path = path
      self.surroundings = surroundings
    }

    /// Its absolute path, for a drill whose folder is `folder`.
    public func path(in folder: String) -> String { surroundings == nil ? "\(folder)/\(path)" : path }
  }

  /// The folder around a place that the plan names, as it was when the drill began.
  public struct Surroundings: Codable, Sendable, Equatable {
    /// The folder's inode: a folder that was put there since is not the one to remove anything from.
    public var inode: UInt64
    /// Whether an empty folder stood at the place, to be put back.
    public var hadFolder: Bool
    /// What files that belong to the one at the place have at the end of their names.
    public var suffixes: [String]

    /// What is known.
    public init(inode: UInt64, hadFolder: Bool, suffixes: [String]) {
      self.inode = inode
      self.hadFolder = hadFolder
      self.suffixes = suffixes
    }
  }

  /// The version of this form.
  public var version = 1
  /// The drill.
  public var run: RunID
  /// Its plan.
  public var plan: PlanName
  /// The host that it runs on.
  public var host: String
  /// The boot of that host.
  public var bootID: String
  /// The process that carries it out.
  public var process: ProcessIdentity
  /// What it makes; places that were removed are taken out.
  public var places: [Place]

  /// The ledger of a drill.
  public init(
    run: RunID, plan: PlanName, host: String, bootID: String, process: ProcessIdentity, places: [Place]
  ) {
    self.run = run
    self.plan = plan
    self.host = host
    self.bootID = bootID
    self.process = process
    self.places = places
  }

  /// As it is written: JSON with sorted keys.
  public var bytes: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    // Strings and integers always encode.
    guard let json = try? encoder.encode(self) else { return [] }
    return Array(json) + [UInt8(ascii: "\n")]
  }

  /// Reads what `bytes` gives; nil for anything else.
  public init?(bytes: [UInt8]) {
    // Whatever is wrong with it, it is no ledger.
    guard let ledger = try? JSONDecoder().decode(DrillLedger.self, from: Data(bytes)) else { return nil }
    self = ledger
  }

  /// Why nothing may be removed by it; nil when it names only what a drill of `run` can have made.
  ///
  /// It lies where only the owner of the state directory can write. It is held against its own form all the same: what it
  /// names is removed with all rights of this process.
  public func misfit(in run: RunID) -> String? {
    guard version == 1 else { return "it has the version \(version), which this drplan does not know" }
    guard self.run == run else { return "it is that of the run \(self.run)" }
    for place in places {
      if let misfit = Self.misfit(place) { return misfit }
    }
    return nil
  }

  private static func misfit(_ place: Place) -> String? {
    guard !place.path.utf8.contains(0) else { return "a path in it holds a zero" }
    guard let surroundings = place.surroundings else {
      let parts = place.path.split(separator: "/", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == place.database.text, isName(parts[1]) else {
        return "`\(place.path)` is no place in the drill's folder"
      }
      return nil
    }
    guard place.path.hasPrefix("/"), place.path != "/", PathText.absolute(place.path, from: "/") == place.path
    else { return "`\(place.path)` is no plain absolute path" }
    guard surroundings.suffixes.allSatisfy(isSuffix) else {
      return "it names files beside `\(place.path)` that no engine keeps there"
    }
    return nil
  }

  private static func isName(_ text: Substring) -> Bool { !text.isEmpty && text != "." && text != ".." }

  private static func isSuffix(_ text: String) -> Bool {
    text.utf8.count > 1 && text.utf8.count <= 16 && text.hasPrefix("-")
      && text.utf8.dropFirst().allSatisfy { (97...122).contains($0) }
  }
}

extension DrillLedger {
  /// Whether the drill of a ledger goes on.
  public enum Owner: Sendable, Equatable {
    /// Its process works: nothing of it is touched.
    case alive
    /// It ended or died.
    case dead
    /// Nobody here can tell: it ran on another host.
    case elsewhere
  }

  /// Whether the drill goes on; `isBeingWritten`: whether a process holds its journal.
  public func owner(
    isBeingWritten: Bool, host: String, bootID: String, isAlive: (ProcessIdentity) -> Bool
  ) -> Owner {
    if isBeingWritten { return .alive }
    guard host == self.host else { return .elsewhere }
    guard bootID == self.bootID else { return .dead }
    return isAlive(process) ? .alive : .dead
  }
}
