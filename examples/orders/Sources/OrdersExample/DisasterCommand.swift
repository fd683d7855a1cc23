import Glibc

/// Leaves what a dying storage controller would: `orders-example disaster`.
///
/// Only ever touches data that `seed` made.
enum DisasterCommand {
  static func run(_ words: [String]) throws(ExampleError) {
    let arguments = try Arguments(words, options: ["--database", "--attachments", "--pid-file"])
    guard arguments.positionals.isEmpty else {
      throw .usage("disaster takes no `\(arguments.positionals[0])`, only options")
    }
    let database = try arguments.required("--database")
    let attachments = try arguments.required("--attachments")
    let pidFile = try arguments.required("--pid-file")
    for path in [database, attachments] { try requireSeeded(path) }
    let service = try runningService(pidFile)

    Console.print("disrupted at \(Instant.now)")
    let bytes = try overwrite(database)
    Console.print("overwrote \(bytes) bytes of \(database) with garbage, in place; left its -wal as it is")
    let files = try FileTree.remove(attachments)
    Console.print("deleted \(attachments) with \(files) files")
    if let service {
      guard kill(service, SIGKILL) == 0 || errno == ESRCH else {
        throw .system("cannot kill the service, process \(service)")
      }
      Console.print("killed the service, process \(service)")
    } else {
      Console.print("no service was running by \(pidFile)")
    }
  }

  /// A mistyped path must not cost anybody real data.
  private static func requireSeeded(_ path: String) throws(ExampleError) {
    let trimmed = path.hasSuffix("/") ? String(path.dropLast()) : path
    let folder = trimmed.lastIndex(of: "/").map { String(trimmed[..<$0]) } ?? "."
    guard let mark = try SmallFile.text(of: "\(folder)/\(SeedCommand.markName)"), SeedParameters.isMark(mark)
    else {
      throw .refused(
        "`\(path)` does not stand beside a mark of `orders-example seed`; it is not ours to destroy")
    }
  }

  /// The process in the pid file if it still is an orders-example: a stale file may name anybody's process.
  private static func runningService(_ pidFile: String) throws(ExampleError) -> pid_t? {
    guard let text = try SmallFile.text(of: pidFile) else { return nil }
    // drplan notes more about the process on the lines below.
    let first = text.split(separator: "\n").first ?? ""
    guard let pid = pid_t(first.filter { !$0.isWhitespace }), pid > 1 else {
      throw .refused("`\(pidFile)` holds no process id")
    }
    let own = try SmallFile.text(of: "/proc/self/comm")
    return try SmallFile.text(of: "/proc/\(pid)/comm") == own ? pid : nil
  }

  /// Keeps inode and size, as a failing disk would.
  private static func overwrite(_ path: String) throws(ExampleError) -> Int {
    let descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("cannot open `\(path)`") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system("cannot look at `\(path)`") }
    var random = SeededGenerator(seed: 0xDEAD)
    let garbage = random.bytes(1 << 16)
    var rest = Int(status.st_size)
    while rest > 0 {
      let piece = garbage.prefix(rest)
      try SmallFile.writeAll(piece, to: descriptor, shown: path)
      rest -= piece.count
    }
    guard fsync(descriptor) == 0 else { throw .system("cannot sync `\(path)`") }
    return Int(status.st_size)
  }
}
