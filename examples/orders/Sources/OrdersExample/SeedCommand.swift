import Glibc

/// `orders-example seed DIR`: makes the shop's data, once.
enum SeedCommand {
  /// The file whose presence says that the data beside it is complete and was made here.
  static let markName = "seeded"

  static func run(_ words: [String]) throws(ExampleError) {
    let arguments = try Arguments(words, options: ["--orders"], flags: ["--force"])
    guard arguments.positionals.count == 1, let directory = arguments.positionals.first, !directory.isEmpty
    else {
      throw .usage("seed wants one folder: `orders-example seed DIR`")
    }
    let parameters = SeedParameters(
      orders: try arguments.integer("--orders", in: 1...10_000_000, fallback: 220_000))
    if !arguments.has("--force") {
      if let reason = try whatStandsThere(directory, parameters) {
        guard reason.isEmpty else {
          throw .refused("\(reason); nothing was changed, `--force` makes it anew")
        }
        Console.print("\(directory) already holds complete data of \(parameters.orders) orders")
        return
      }
    }
    try make(directory, parameters)
  }

  /// Nil when the folder holds nothing of ours, empty when it holds the same complete data, else what is in
  /// the way.
  private static func whatStandsThere(_ directory: String, _ parameters: SeedParameters) throws(ExampleError)
    -> String?
  {
    let names = ["orders.db", "attachments"].filter { access("\(directory)/\($0)", F_OK) == 0 }
    guard let mark = try SmallFile.text(of: "\(directory)/\(markName)") else {
      return names.first.map { "`\(directory)/\($0)` exists and was not made here" }
    }
    guard mark == parameters.mark else { return "`\(directory)` holds data made with other parameters" }
    do throws(SQLiteError) {
      let connection = try SQLiteConnection(path: "\(directory)/orders.db")
      let orders = try connection.integer("select count(*) from orders") ?? 0
      guard orders >= Int64(parameters.orders) else {
        return "`\(directory)/orders.db` holds only \(orders) orders"
      }
    } catch {
      return "`\(directory)/orders.db` is damaged: \(error.message)"
    }
    let attachments = try FileTree.count("\(directory)/attachments")
    guard attachments >= SeedParameters.attachments else {
      return "`\(directory)/attachments` holds only \(attachments) files"
    }
    return ""
  }

  /// Builds beside the final place and moves in, so that an interrupted run leaves no half data under the
  /// real names.
  private static func make(_ directory: String, _ parameters: SeedParameters) throws(ExampleError) {
    let staging = "\(directory)/.seeding"
    try FileTree.remove(staging)
    try FileTree.makeFolder(staging)
    let clock = ContinuousClock()
    let start = clock.now
    let rows: Int64
    do throws(SQLiteError) {
      rows = try OrdersSeeder.makeDatabase(at: "\(staging)/orders.db", parameters)
    } catch {
      throw .failed("cannot make `\(staging)/orders.db`: \(error.message)")
    }
    let files = try AttachmentsSeeder.makeFolder(
      at: "\(staging)/attachments", count: SeedParameters.attachments)
    try SmallFile.write(Array(parameters.mark.utf8)[...], to: Array("\(staging)/\(markName)".utf8CString))

    // The mark goes first and comes last: without it nothing here counts as complete.
    for name in [markName, "orders.db", "orders.db-wal", "orders.db-shm"] {
      guard unlink("\(directory)/\(name)") == 0 || errno == ENOENT else {
        throw .system("cannot remove `\(directory)/\(name)`")
      }
    }
    try FileTree.remove("\(directory)/attachments")
    for name in ["orders.db", "attachments", markName] {
      guard rename("\(staging)/\(name)", "\(directory)/\(name)") == 0 else {
        throw .system("cannot move `\(name)` into `\(directory)`")
      }
    }
    try FileTree.remove(staging)
    let tenths = (clock.now - start) / .milliseconds(100)
    Console.print(
      "made \(rows) rows in \(directory)/orders.db and \(files) files in \(directory)/attachments"
        + " in \(Int(tenths) / 10).\(Int(tenths) % 10) s")
  }
}
