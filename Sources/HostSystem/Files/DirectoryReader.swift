import CSystemShims
import Glibc

/// Reads directories and links as raw bytes, in an order that does not depend on the file system.
public enum DirectoryReader {
  /// The names in an open directory, without `.` and `..`, in the order of their bytes.
  public static func names(in directory: borrowing FileDescriptor, path: String) throws(FileError)
    -> [[UInt8]]
  {
    guard lseek(directory.number, 0, SEEK_SET) >= 0 else { throw .current("read directory", path) }
    var names: [[UInt8]] = []
    let capacity = 64 << 10
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 8)
    defer { buffer.deallocate() }
    while true {
      let count = drplan_getdents(directory.number, buffer.baseAddress, UInt64(capacity))
      if count == 0 { break }
      guard count > 0 else { throw .current("read directory", path) }
      var offset = 0
      // struct linux_dirent64: u64 inode, i64 next, u16 record length, u8 type, then the name and a zero.
      while offset + 19 < Int(count) {
        let length = Int(buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt16.self))
        guard length > 19, offset + length <= Int(count) else { break }
        let name = buffer[(offset + 19)..<(offset + length)].prefix { $0 != 0 }
        if !name.elementsEqual(".".utf8), !name.elementsEqual("..".utf8) { names.append(Array(name)) }
        offset += length
      }
    }
    names.sort { $0.lexicographicallyPrecedes($1) }
    return names
  }

  /// The state of one name in an open directory, itself not followed.
  public static func status(
    of name: [UInt8], in directory: borrowing FileDescriptor, shown: String
  ) throws(FileError) -> FileStatus {
    var raw = stat()
    let result = BeneathRoot.withCString(name) { fstatat(directory.number, $0, &raw, AT_SYMLINK_NOFOLLOW) }
    guard result == 0 else { throw .current("stat", shown) }
    return FileStatus(raw)
  }

  /// Where the symbolic link `name` in an open directory points.
  public static func linkTarget(
    of name: [UInt8], in directory: borrowing FileDescriptor, shown: String
  ) throws(FileError) -> [UInt8] {
    var result: Result<[UInt8], FileError> = .failure(FileError("read link", shown, number: EINVAL))
    let number = directory.number
    BeneathRoot.withCString(name) { pointer in
      result = Result { () throws(FileError) in try linkTarget(number, pointer, shown: shown) }
    }
    return try result.get()
  }

  static func linkTarget(
    _ directory: Int32, _ name: UnsafePointer<CChar>, shown: String
  ) throws(FileError) -> [UInt8] {
    let capacity = 4096
    var target = [UInt8](repeating: 0, count: capacity)
    let count = target.withUnsafeMutableBytes { buffer in
      guard let base = buffer.baseAddress else { return -1 }
      return readlinkat(directory, name, base.assumingMemoryBound(to: CChar.self), capacity)
    }
    guard count >= 0 else { throw .current("read link", shown) }
    guard count < capacity else { throw FileError("read link", shown, detail: "its target is too long") }
    return Array(target.prefix(count))
  }
}
