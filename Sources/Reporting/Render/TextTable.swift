import Values

/// A table of short texts, aligned by display width.
struct TextTable {
  struct Cell {
    var text: String
    var tone: Tone = .plain
  }

  private var rows: [[Cell]] = []
  private let style: ReportStyle
  private let flexible: Int?
  private let right: Set<Int>

  /// `flexible` is the column that is cut when a row is wider than the style allows; `right` are aligned right.
  init(_ style: ReportStyle, flexible: Int? = nil, right: Set<Int> = []) {
    self.style = style
    self.flexible = flexible
    self.right = right
  }

  /// Adds a row of safe texts.
  mutating func add(_ cells: [Cell]) { rows.append(cells) }

  /// Adds the names of the columns.
  mutating func head(_ names: [String]) { rows.append(names.map { Cell(text: $0, tone: .faint) }) }

  var isEmpty: Bool { rows.isEmpty }

  /// The columns used, indentation and gaps included.
  var width: Int { 2 + widths.reduce(0, +) + 2 * max(0, widths.count - 1) }

  private var widths: [Int] {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], DisplayWidth.of(cell.text))
      }
    }
    return widths
  }

  /// The rows as lines, indented by two.
  func lines() -> [String] {
    var widths = widths
    if let flexible, flexible < widths.count {
      widths[flexible] = max(8, min(widths[flexible], widths[flexible] + style.width - width))
    }
    return rows.map { row in
      var line = " "
      for (column, cell) in row.enumerated() {
        let text = SafeText.cut(cell.text, to: widths[column], ellipsis: style.ellipsis)
        let padding = String(repeating: " ", count: max(0, widths[column] - DisplayWidth.of(text)))
        let painted = style.paint(text, cell.tone)
        let isLast = column == row.count - 1
        line += " " + (column > 0 ? " " : "")
        line += right.contains(column) ? padding + painted : isLast ? painted : painted + padding
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

extension TextTable.Cell: ExpressibleByStringInterpolation {
  init(stringLiteral value: String) { self.init(text: value) }
}

/// Breaks safe text at spaces into lines of at most `width` columns, each after `indent`; a longer word stays whole.
func wrapped(_ text: String, width: Int, indent: String) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty,
      DisplayWidth.of(indent) + DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > width
    {
      lines.append(indent + line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  if !line.isEmpty { lines.append(indent + line) }
  return lines
}
