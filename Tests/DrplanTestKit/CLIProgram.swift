import Glibc

/// A program of this package, as built by the same test run.
public enum CLIProgram: String, Sendable {
  /// The tool itself.
  case drplan
  /// The service of the example.
  case ordersExample = "orders-example"

  /// Its absolute path: executables are built beside the test bundle that runs now.
  public var path: String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let bundle = String(decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
    return bundle[..<(bundle.lastIndex(of: "/") ?? bundle.startIndex)] + "/" + rawValue
  }
}
