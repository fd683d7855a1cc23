import Glibc

extension FileDescriptor {
  /// At most `count` bytes from `offset` on: fewer only where the file ends.
  public func bytes(_ count: Int, at offset: Int64 = 0, path: String) throws(FileError) -> [UInt8] {
    var outcome: Result<Int, FileError> = .success(0)
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      outcome = Result { () throws(FileError) in
        // The buffer may have more room than was asked for.
        let target = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
        return try read(into: target, at: offset, path: path)
      }
      // A failed read leaves nothing that counts.
      if case .success(let done) = outcome { initialized = done }
    }
    _ = try outcome.get()
    return bytes
  }

  /// What follows where the descriptor stands, to the end or to `limit` bytes: for pipes and files of `/proc` too,
  /// of which nobody knows the size.
  public func remainder(limit: Int, path: String) throws(FileError) -> [UInt8] {
    var content: [UInt8] = []
    while content.count < limit {
      var failure: Int32 = 0
      content += [UInt8](unsafeUninitializedCapacity: min(16 << 10, limit - content.count)) { buffer, count in
        let got = Glibc.read(number, buffer.baseAddress, min(buffer.count, limit - content.count))
        failure = got < 0 ? errno : got == 0 ? -1 : 0
        count = max(0, got)
      }
      if failure == -1 { break }
      guard failure == 0 || failure == EINTR else { throw FileError("read", path, number: failure) }
    }
    return content
  }

  /// Writes all of `bytes` where the descriptor stands: at the end of what was opened with `append`.
  public func append(_ bytes: [UInt8], path: String) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      if count >= 0 {
        done += count
      } else if errno != EINTR {
        throw .current("write", path)
      }
    }
  }
}
