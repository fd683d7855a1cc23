import Glibc
import Synchronization

/// Writes text to a descriptor, whole and in order, without buffering of its own.
///
/// On a terminal it can keep a footer of lines below everything written: each `write`, whoever makes it, goes above
/// the footer, which is drawn anew.
///
/// A reader that has gone away (a closed pipe, a lost terminal) is not an error for a recovery: what cannot be shown
/// is dropped from then on. Blocks while the reader is slow: call it where blocking is allowed.
public final class TextSink: Sendable {
  private struct State: Sendable {
    var footer: [String] = []
    var isLost = false
  }

  private let descriptor: Int32
  private let state = Mutex(State())

  /// A sink for an open descriptor that stays the caller's.
  public init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// A sink that writes a new file, 0600, or goes on at the end of one that is there; open as long as the process.
  ///
  /// A FIFO that nobody reads is an error at once, instead of a wait for a reader.
  public static func file(_ path: String) throws(FileError) -> TextSink {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw FileError("open", path, number: errno) }
    return TextSink(descriptor)
  }

  /// Standard output.
  public static let standardOutput = TextSink(1)
  /// Standard error.
  public static let standardError = TextSink(2)

  /// Writes the text, which ends with a line break if there is a footer; false if the reader has gone away.
  ///
  /// Texts of several callers never mix.
  @discardableResult
  public func write(_ text: String) -> Bool {
    guard !text.isEmpty else { return true }
    return state.withLock { state in
      send(Self.erasing(state.footer) + text + Self.drawing(state.footer), &state)
      return !state.isLost
    }
  }

  /// Replaces the footer; no lines take it away.
  ///
  /// Only for a terminal that understands cursor movements.
  public func setFooter(_ lines: [String]) {
    state.withLock { state in
      guard lines != state.footer else { return }
      send(Self.erasing(state.footer) + Self.drawing(lines), &state)
      state.footer = lines
    }
  }

  private static func erasing(_ footer: [String]) -> String {
    footer.isEmpty ? "" : "\r\u{1b}[\(footer.count)A\u{1b}[J"
  }

  private static func drawing(_ footer: [String]) -> String {
    footer.map { $0 + "\n" }.joined()
  }

  private func send(_ text: String, _ state: inout State) {
    guard !state.isLost else { return }
    var text = text
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
          state.isLost = true
          return
        }
      }
    }
  }
}
