import Values

/// A table of short texts, aligned; the first row has the titles.
struct PlainTable {
  private var rows: [[String]] = []
  private let width: Int
  private let flexible: [Int]
  private let optional: Set<Int>

  /// When a row is wider than `width`, the columns in `optional` are left out; if that is not enough, those in
  /// `flexible` are cut, the last of them first, to 12 at the least.
  init(width: Int, flexible: [Int], optional: Set<Int> = []) {
    self.width = width
    self.flexible = flexible
    self.optional = optional
  }

  /// Adds a row.
  mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The rows, indented by two.
  var lines: [String] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], DisplayWidth.of(cell))
      }
    }
    let needed = widths.reduce(0, +) + 2 * widths.count
    let leftOut = needed > width ? optional.filter { $0 < widths.count } : []
    let saved = leftOut.reduce(0) { $0 + widths[$1] + 2 }
    for column in flexible.reversed() where column < widths.count {
      let excess = widths.reduce(0, +) + 2 * widths.count - saved - width
      if excess > 0 { widths[column] = max(min(12, widths[column]), widths[column] - excess) }
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() where !leftOut.contains(column) {
        let text = Self.cut(cell, to: widths[column])
        line += "  " + text + String(repeating: " ", count: max(0, widths[column] - DisplayWidth.of(text)))
      }
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  private static func cut(_ text: String, to width: Int) -> String {
    guard DisplayWidth.of(text) > width else { return text }
    var cut = text
    while !cut.isEmpty, DisplayWidth.of(cut) > width - 3 { cut.removeLast() }
    return cut + "..."
  }
}
