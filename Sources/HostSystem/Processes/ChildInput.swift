import CSystemShims
import Glibc

/// Opens what a child reads.
enum ChildInput {
  /// A descriptor to read the input from.
  static func open(_ input: Command.Input) throws(ProcessError) -> FileDescriptor {
    switch input {
    case .none: try open("/dev/null")
    case .file(let path): try open(path)
    case .bytes(let bytes): try memory(bytes)
    }
  }

  private static func open(_ path: String) throws(ProcessError) -> FileDescriptor {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannotOpen(path, errno) }
    return FileDescriptor(owning: descriptor)
  }

  /// A file in memory needs nobody to feed it, unlike a pipe: a child that never reads can neither block us
  /// nor send us SIGPIPE.
  private static func memory(_ bytes: [UInt8]) throws(ProcessError) -> FileDescriptor {
    let raw = drp_memory_file("input")
    guard raw >= 0 else { throw .noInput(errno) }
    let descriptor = FileDescriptor(owning: raw)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { write(raw, $0.baseAddress, $0.count) }
      if count >= 0 {
        written += count
      } else if errno != EINTR {
        throw .noInput(errno)
      }
    }
    lseek(raw, 0, SEEK_SET)
    return descriptor
  }
}

extension ProcessError {
  fileprivate static func noInput(_ code: Int32) -> ProcessError {
    ProcessError(.system, "the input for a program could not be kept in memory: \(kernelErrorText(code))")
  }
}
