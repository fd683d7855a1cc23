import RunEvents
import Values

/// The steps of a text report: a line each with a bar on the run's time, and what went wrong below it.
struct StepSection {
  private let record: RunRecord
  private let style: ReportStyle

  init(_ record: RunRecord, _ style: ReportStyle) {
    self.record = record
    self.style = style
  }

  func lines() -> [String] {
    guard !record.steps.isEmpty else { return [] }
    let withoutBars = table(barWidth: 0)
    let barWidth = min(40, style.width - withoutBars.width - 2)
    let rows = (barWidth >= 10 ? table(barWidth: barWidth) : withoutBars).lines()
    var lines: [String] = []
    for (step, row) in zip(record.steps, rows) {
      lines.append(row)
      lines += details(step)
    }
    if barWidth >= 10 {
      let (on, off) = glyphs
      lines.append(style.paint("  bars: \(on) on the critical path, \(off) beside it", .faint))
    }
    return lines
  }

  private func table(barWidth: Int) -> TextTable {
    var table = TextTable(style, flexible: 1, right: [3])
    for step in record.steps {
      let attempts = step.attempts > 1 ? "\(step.attempts) attempts" : ""
      let title = step.title.map { "\(step.id) (\($0))" } ?? step.id.text
      var cells: [TextTable.Cell] = [
        .init(text: step.state.mark(ascii: style.ascii), tone: step.state.tone),
        .init(text: style.safe(title)),
        .init(text: step.state.rawValue, tone: step.state.tone),
        .init(text: step.seconds.map { Duration(recordSeconds: $0).readable } ?? ""), .init(text: attempts),
      ]
      if barWidth > 0 { cells.append(.init(text: bar(step, barWidth), tone: step.state.tone)) }
      table.add(cells)
    }
    return table
  }

  private var glyphs: (on: String, off: String) { style.ascii ? ("#", "=") : ("█", "▒") }

  /// The step's span on the run's time; at least one cell.
  private func bar(_ step: StepRecord, _ width: Int) -> String {
    guard let start = step.startSeconds, let seconds = step.seconds, record.seconds > 0 else { return "" }
    let scale = Double(width) / record.seconds
    let from = min(width - 1, max(0, Int(start * scale)))
    let to = min(width, max(from + 1, Int(((start + seconds) * scale).rounded())))
    let glyph = step.onCriticalPath ? glyphs.on : glyphs.off
    return String(repeating: " ", count: from) + String(repeating: glyph, count: to - from)
  }

  private func details(_ step: StepRecord) -> [String] {
    var lines: [String] = []
    for retry in step.retries {
      let pause = Duration(recordSeconds: retry.delaySeconds).readable
      lines += wrapped(
        style.safe("attempt \(retry.attempt) failed, next after \(pause): \(retry.error.message)"),
        width: style.width, indent: "       ")
    }
    for line in step.story + step.watchLines {
      lines += wrapped(style.safe(line), width: style.width, indent: "       ")
    }
    guard let error = step.error, step.state != .succeeded else { return lines }
    lines += wrapped(style.safe(error.message), width: style.width, indent: "       ")
    for line in error.lastLines {
      lines.append(
        "       | " + SafeText.cut(style.safe(line), to: style.width - 9, ellipsis: style.ellipsis))
    }
    if let remedy = error.remedy {
      lines += wrapped("to do: \(style.safe(remedy))", width: style.width, indent: "       ")
    }
    return lines
  }
}
