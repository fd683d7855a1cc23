import Values

/// One line of a source as it can be shown on a terminal, and where on it a range stands.
///
/// Tabs are spaces up to the next multiple of four, harmful characters are escaped, and of a long line only the part
/// around the range is kept, so that the columns of `text` and `carets` always agree.
struct Excerpt {
  /// What to print.
  let text: String
  /// The columns to underline, from 0; at least one.
  let carets: Range<Int>

  /// The excerpt of `line` around `range`, which begins on it; `width` is the most columns to print.
  init(line: String, range: SourceRange, width: Int = 100) {
    let scalars = Array(line.unicodeScalars)
    let first = min(Int(range.start.column) - 1, scalars.count)
    let last =
      range.end.line > range.start.line ? scalars.count : min(Int(range.end.column) - 1, scalars.count)

    var cells: [(text: String, column: Int, width: Int)] = []
    cells.reserveCapacity(scalars.count)
    var column = 0
    for scalar in scalars {
      let cell = Self.cell(scalar, at: column)
      cells.append((cell.text, column, cell.width))
      column += cell.width
    }
    func columnOf(_ index: Int) -> Int { index < cells.count ? cells[index].column : column }

    let start = columnOf(first)
    // Trailing blanks of a range that goes on in the next line are no part of what is wrong.
    let end = max(columnOf(max(last, first)), start + 1)
    guard column > width else {
      text = cells.map(\.text).joined()
      carets = start..<end
      return
    }

    // A quarter of the width stands before the range, so that one sees what it belongs to.
    let from = max(0, min(start - width / 4, column - width))
    let window = cells.filter { $0.column >= from && $0.column + $0.width <= from + width }
    let isCutBefore = (window.first?.column ?? 0) > 0
    let isCutAfter = (window.last.map { $0.column + $0.width } ?? column) < column
    let shift = (window.first?.column ?? 0) - (isCutBefore ? 1 : 0)
    text = (isCutBefore ? "…" : "") + window.map(\.text).joined() + (isCutAfter ? "…" : "")
    let shownEnd = (window.last.map { $0.column + $0.width } ?? start + 1) - shift
    carets = (start - shift)..<max(start - shift + 1, min(end - shift, shownEnd))
  }

  private static func cell(_ scalar: Unicode.Scalar, at column: Int) -> (text: String, width: Int) {
    if scalar == "\t" {
      let width = 4 - column % 4
      return (String(repeating: " ", count: width), width)
    }
    if PrintableText.isUnsafe(scalar) {
      let text = PrintableText.writtenOut(scalar)
      return (text, text.utf8.count)
    }
    return (String(scalar), DisplayWidth.of(scalar))
  }
}
