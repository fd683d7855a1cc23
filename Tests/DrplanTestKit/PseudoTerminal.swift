import Glibc
import Synchronization

/// A terminal that a program believes in: the test types on it and reads what it shows.
public final class PseudoTerminal: Sendable {
  /// The terminal's device, for the program.
  public let path: String
  private let master: Int32
  private let shown = Mutex<[UInt8]>([])

  /// A terminal of that many columns and 40 rows.
  public init(columns: UInt16 = 100) throws {
    // What posix_openpt, unlockpt and ptsname do, which the C library's module does not show.
    let descriptor = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var locked: Int32 = 0
    var number: UInt32 = 0
    guard descriptor >= 0, ioctl(descriptor, 0x4004_5431, &locked) == 0,
      ioctl(descriptor, 0x8004_5430, &number) == 0
    else { throw CLIFailure("no pseudo terminal: error \(errno)") }
    master = descriptor
    path = "/dev/pts/\(number)"
    var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit { close(master) }

  /// Types text; `\u{3}` is Ctrl-C.
  public func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = write(master, bytes, bytes.count)
  }

  /// Everything shown so far, as it came.
  public var screen: String {
    shown.withLock { shown in
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = Glibc.read(master, &buffer, buffer.count)
        guard count > 0 else { break }
        shown += buffer[..<count]
      }
      return String(decoding: shown, as: UTF8.self)
    }
  }

  /// Waits until the terminal has shown a text; false after a minute.
  public func shows(_ text: String) async -> Bool {
    await CLIDeadline.holds { self.screen.contains(text) }
  }
}
