import Glibc
import HostSystem
import Testing

@Suite struct SignalStreamTests {
  /// SIGUSR1 and SIGUSR2 end a process unless they are taken: that these tests go on is part of what they
  /// show.
  private func raise(_ number: Int32) { kill(getpid(), number) }

  @Test func signalsArriveInTheirOrder() async throws {
    let (one, two) = (Signal(rawValue: SIGUSR1), Signal(rawValue: SIGUSR2))
    var stream = try SignalStream.signals([one, two]).makeAsyncIterator()
    raise(SIGUSR1)
    #expect(await stream.next() == one)
    raise(SIGUSR2)
    #expect(await stream.next() == two)
  }

  @Test func everyStreamGetsASignal() async throws {
    let wanted = Signal(rawValue: SIGALRM)
    var first = try SignalStream.signals([wanted]).makeAsyncIterator()
    var second = try SignalStream.signals([wanted]).makeAsyncIterator()
    raise(SIGALRM)
    #expect(await first.next() == wanted)
    #expect(await second.next() == wanted)
  }

  @Test func aStreamGetsOnlyWhatItAskedFor() async throws {
    let (wanted, other) = (Signal(rawValue: SIGWINCH), Signal(rawValue: SIGVTALRM))
    var stream = try SignalStream.signals([wanted]).makeAsyncIterator()
    var others = try SignalStream.signals([other]).makeAsyncIterator()
    raise(SIGVTALRM)
    #expect(await others.next() == other)
    raise(SIGWINCH)
    #expect(await stream.next() == wanted)
  }

  @Test func aChildStartedWhileWeListenStillEndsBySIGTERM() async throws {
    _ = try SignalStream.signals([.terminate, .interrupt, .hangup])
    let result = try await ChildProcess.run(Command(["sh", "-c", "kill -TERM $$; echo survived"]))
    #expect(result.status == .signalled(.terminate))
  }

  @Test func aBrokenPipeEndsTheChildAndNotUs() async throws {
    SignalStream.ignoreBrokenPipes()
    var ends: [Int32] = [-1, -1]
    try #require(pipe(&ends) == 0)
    close(ends[0])
    #expect(write(ends[1], "x", 1) == -1)
    close(ends[1])
    let result = try await ChildProcess.run(Command(["sh", "-c", "kill -PIPE $$; echo survived"]))
    #expect(result.status == .signalled(Signal(rawValue: SIGPIPE)))
  }
}
