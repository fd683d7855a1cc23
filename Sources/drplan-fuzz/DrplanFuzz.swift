import Glibc

/// Feeds bytes to the readers of untrusted input.
///
/// As built normally it replays files: `drplan-fuzz plan Tests/Corpus/plan/*`. Built with `-DFUZZING` and the fuzzer's
/// instrumentation (`make fuzz`) it looks for new ones: the target is named by `DRPLAN_FUZZ_TARGET`, because the
/// arguments belong to libFuzzer.
@main
enum DrplanFuzz {
  static func main() {
    #if FUZZING
    var count = CommandLine.argc
    var arguments = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, LLVMFuzzerTestOneInput))
    #else
    exit(replay(Array(CommandLine.arguments.dropFirst())))
    #endif
  }

  /// The target that the environment names; the first one without.
  static let chosen: FuzzTarget = {
    let name = getenv("DRPLAN_FUZZ_TARGET").map { String(cString: $0) } ?? FuzzTarget.all[0].name
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
      say("unknown target `\(name)`; there are: \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
      exit(2)
    }
    return target
  }()

  private static func replay(_ arguments: [String]) -> Int32 {
    guard let name = arguments.first, let target = FuzzTarget.all.first(where: { $0.name == name }) else {
      say("usage: drplan-fuzz \(FuzzTarget.all.map(\.name).joined(separator: "|")) FILE...")
      return 2
    }
    for path in arguments.dropFirst() {
      guard let bytes = read(path) else {
        say("cannot read `\(path)`")
        return 1
      }
      target.read(bytes)
    }
    say("replayed \(arguments.count - 1) files through `\(name)`")
    return 0
  }

  private static func read(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { return nil }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
    }
  }

  private static func say(_ text: String) {
    let line = Array((text + "\n").utf8)
    // A tool for developers: when standard error is gone there is nobody to tell.
    _ = write(2, line, line.count)
  }
}

/// What libFuzzer calls with each input.
@c(LLVMFuzzerTestOneInput)
public func LLVMFuzzerTestOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  DrplanFuzz.chosen.read(Array(UnsafeBufferPointer(start: data, count: size)))
  return 0
}

#if FUZZING
@_silgen_name("LLVMFuzzerRunDriver")
private func LLVMFuzzerRunDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ run: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
#endif
