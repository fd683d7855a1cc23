/// Rules for names in a snapshot, which may come from a hostile hand.
enum RelativePath {
  /// The top of the tree.
  static let root = [UInt8(ascii: ".")]

  /// Why a path is refused; nil for one that stays inside: relative, no empty, `.` or `..` component, no zero byte,
  /// each component at most 255 bytes, all at most 4095.
  static func fault(_ path: [UInt8]) -> String? {
    if path.isEmpty { return "it is empty" }
    if path.count > 4095 { return "it is longer than 4095 bytes" }
    var length = 0
    var dots = 0
    for index in 0...path.count {
      let byte = index < path.count ? path[index] : UInt8(ascii: "/")
      if byte == UInt8(ascii: "/") {
        if length == 0 { return index == 0 ? "it is absolute" : "it has an empty component" }
        if dots == length, length <= 2 { return "it has a component `\(length == 1 ? "." : "..")`" }
        if length > 255 { return "it has a component longer than 255 bytes" }
        length = 0
        dots = 0
      } else {
        if byte == 0 { return "it holds a zero byte" }
        length += 1
        if byte == UInt8(ascii: ".") { dots += 1 }
      }
    }
    return nil
  }

  /// Whether `left` comes before `right`: component by component, so that everything in a directory follows
  /// it at once.
  ///
  /// The same as comparing bytes with `/` below all others.
  static func isBefore(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    let count = min(left.count, right.count)
    for index in 0..<count where left[index] != right[index] {
      if left[index] == UInt8(ascii: "/") { return true }
      if right[index] == UInt8(ascii: "/") { return false }
      return left[index] < right[index]
    }
    return left.count < right.count
  }

  /// The directory that holds `path`; empty for the top.
  static func parent(_ path: [UInt8]) -> ArraySlice<UInt8> {
    path.lastIndex(of: UInt8(ascii: "/")).map { path[..<$0] } ?? []
  }

  /// `name` in `directory`.
  static func join(_ directory: [UInt8], _ name: [UInt8]) -> [UInt8] {
    directory == root ? name : directory + [UInt8(ascii: "/")] + name
  }

  /// For people.
  static func shown(_ path: [UInt8]) -> String { String(decoding: path, as: UTF8.self) }
}
