import Glibc
import Synchronization

/// Writes text to a descriptor, whole and in order, without buffering of its own.
///
/// A reader that has gone away (a closed pipe, a lost terminal) is not an error for a recovery: what cannot be shown is
/// dropped from then on, and `isLost` says so. Blocks while the reader is slow: call it where blocking is allowed.
public final class TextSink: Sendable {
  private let descriptor: Int32
  private let lost = Mutex(false)

  /// A sink for an open descriptor that stays the caller's.
  public init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// A sink that writes a new file, 0600, or goes on at the end of one that is there; open as long as the process.
  public static func file(_ path: String) throws(FileError) -> TextSink {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError("open", path, number: errno) }
    return TextSink(descriptor)
  }

  /// Standard output.
  public static let standardOutput = TextSink(1)
  /// Standard error.
  public static let standardError = TextSink(2)

  /// Whether the reader has gone away.
  public var isLost: Bool { lost.withLock { $0 } }

  /// Writes the text; texts of several callers never mix.
  public func write(_ text: String) {
    lost.withLock { lost in
      var text = text
      guard !lost else { return }
      text.withUTF8 { bytes in
        var rest = UnsafeRawBufferPointer(bytes)
        while let base = rest.baseAddress, !rest.isEmpty {
          let count = Glibc.write(descriptor, base, rest.count)
          if count > 0 {
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
          } else if count < 0, errno == EINTR {
            continue
          } else if count < 0, errno == EAGAIN {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&waiting, 1, 1000)
          } else {
            lost = true
            return
          }
        }
      }
    }
  }
}
