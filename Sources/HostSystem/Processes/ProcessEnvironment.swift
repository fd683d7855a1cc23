import Glibc

/// Environment variables as the kernel passes them on: a list of `NAME=value`.
public enum ProcessEnvironment {
  /// All variables of this process.
  public static var current: [String] {
    // Nothing in this program ever calls `setenv`, so the array stands still.
    var entry: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> = environ
    var variables: [String] = []
    while let text = entry.pointee {
      variables.append(String(cString: text))
      entry += 1
    }
    return variables
  }

  /// The value of a variable in a list; the first wins, as in the C library.
  public static func value(of name: String, in variables: [String] = current) -> String? {
    for variable in variables where variable.hasPrefix(name + "=") {
      return String(variable.dropFirst(name.count + 1))
    }
    return nil
  }

  /// The list with the given variables set, replacing those of the same name, in order of their names.
  public static func adding(_ values: [String: String], to variables: [String] = current) -> [String] {
    let kept = variables.filter { variable in
      values[String(variable.prefix { $0 != "=" })] == nil
    }
    return kept + values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}
