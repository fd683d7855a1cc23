import CSystemShims

/// The two ends of a pipe; reading never blocks.
struct PipeEnds: ~Copyable {
  let reading: FileDescriptor
  let writing: FileDescriptor

  /// Nil, with the reason in `failure`, when the process is out of descriptors.
  init?(failure: inout Int32) {
    var ends: (reading: Int32, writing: Int32) = (-1, -1)
    failure = drp_pipe(&ends.reading, &ends.writing)
    guard failure == 0 else { return nil }
    reading = FileDescriptor(owning: ends.reading)
    writing = FileDescriptor(owning: ends.writing)
  }
}
