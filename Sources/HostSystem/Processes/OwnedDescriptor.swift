import CSystemShims
import Glibc

/// A descriptor that is closed when its owner goes.
struct OwnedDescriptor: ~Copyable {
  let raw: Int32

  /// Takes over an open descriptor.
  init(_ raw: Int32) { self.raw = raw }

  deinit { close(raw) }
}

/// The two ends of a pipe; reading never blocks.
struct PipeEnds: ~Copyable {
  let reading: OwnedDescriptor
  let writing: OwnedDescriptor

  /// Nil, with the reason in `failure`, when the process is out of descriptors.
  init?(failure: inout Int32) {
    var ends: (reading: Int32, writing: Int32) = (-1, -1)
    failure = drp_pipe(&ends.reading, &ends.writing)
    guard failure == 0 else { return nil }
    reading = OwnedDescriptor(ends.reading)
    writing = OwnedDescriptor(ends.writing)
  }
}
