import Glibc

/// Turns SIGTERM and SIGINT into a descriptor that becomes readable, for `poll`.
struct StopSignal {
  /// Readable from the first signal on.
  var descriptor: Int32 { stopPipe.reading }

  /// From here on the two signals no longer end the process.
  func install() throws(ExampleError) {
    guard stopPipe.reading >= 0 else { throw .failed("cannot make a pipe for signals") }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      let kept = errno
      var byte: UInt8 = 0
      _ = write(stopPipe.writing, &byte, 1)
      errno = kept
    }
    guard sigaction(SIGTERM, &action, nil) == 0, sigaction(SIGINT, &action, nil) == 0 else {
      throw .system("cannot handle signals")
    }
  }
}

/// Global because a signal handler captures nothing; `install` touches it first, so the handler never builds
/// it.
private let stopPipe: (reading: Int32, writing: Int32) = {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { return (-1, -1) }
  for end in ends {
    _ = fcntl(end, F_SETFD, FD_CLOEXEC)
    // A handler must not wait, however many signals come.
    _ = fcntl(end, F_SETFL, O_NONBLOCK)
  }
  return (ends[0], ends[1])
}()
