/// Paths as text: no file is looked at.
public enum PathText {
  /// `path` made absolute from `base` with `.`, `..` and doubled slashes taken out.
  public static func absolute(_ path: String, from base: String) -> String {
    var parts: [Substring] = []
    for part in (path.hasPrefix("/") ? path : base + "/" + path).split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  /// Whether `inner` is `outer` or lies inside it; both absolute.
  public static func contains(_ outer: String, _ inner: String) -> Bool {
    outer == inner || outer == "/" || inner.hasPrefix(outer + "/")
  }

  /// The folder that holds `path`.
  public static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      return path.hasPrefix("/") ? "/" : "."
    }
    return String(path[..<slash])
  }

  /// The last part of `path`.
  public static func name(of path: String) -> String {
    String(path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...])
  }
}
