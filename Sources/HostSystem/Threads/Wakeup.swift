import CSystemShims
import Glibc

/// A descriptor that becomes readable for good once `fire` was called: how another thread ends a `poll`.
final class Wakeup: Sendable {
  /// For `poll`; belongs to this object.
  let descriptor: Int32

  /// Nil, with `errno` set, when the process is out of descriptors.
  init?() {
    descriptor = drp_event_open()
    guard descriptor >= 0 else { return nil }
  }

  deinit { close(descriptor) }

  /// Wakes whoever polls, now or later.
  ///
  /// May be called from any thread, any number of times.
  func fire() { drp_event_signal(descriptor) }
}
