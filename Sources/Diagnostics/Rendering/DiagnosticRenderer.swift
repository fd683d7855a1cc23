import Values

/// Turns findings into text: the only place that knows how they look.
///
/// Every function puts the findings in reading order first, gives the same text for the same input, and ends each
/// line with a line feed; no findings give no text.
public enum DiagnosticRenderer {
  /// For people: every finding with its line of the plan, and at the end how many there are.
  ///
  /// A finding is the concise line, the line of the plan with the place underlined, the remedy, and where to read
  /// more. `sources` holds the text of each file; a file without one gets no excerpt.
  public static func text(
    _ diagnostics: [Diagnostic], sources: [String: SourceText], color isColored: Bool
  ) -> String {
    guard !diagnostics.isEmpty else { return "" }
    let palette = Palette(isColored: isColored)
    var result = ""
    for diagnostic in diagnostics.inReadingOrder {
      result += finding(diagnostic, source: sources[diagnostic.file], palette: palette) + "\n"
    }
    return result + summary(diagnostics) + "\n"
  }

  /// For problem matchers and logs: one line each, `file:line:column: severity CODE name: message`.
  public static func concise(_ diagnostics: [Diagnostic]) -> String {
    diagnostics.inReadingOrder.map { headline($0, palette: Palette(isColored: false)) + "\n" }.joined()
  }

  /// How many there are and where: `2 errors, 1 warning in plans/orders.yaml`.
  public static func summary(_ diagnostics: [Diagnostic]) -> String {
    let errors = diagnostics.count { $0.rule.severity == .error }
    let counts = [counted(errors, "error"), counted(diagnostics.count - errors, "warning")].compactMap(\.self)
    let files = Set(diagnostics.map(\.file))
    let place = files.count == 1 ? files.first.map { PrintableText.line($0) } ?? "" : "\(files.count) files"
    return counts.isEmpty ? "no findings" : "\(counts.joined(separator: ", ")) in \(place)"
  }

  private static func finding(_ diagnostic: Diagnostic, source: SourceText?, palette: Palette) -> String {
    var result = headline(diagnostic, palette: palette) + "\n"
    var gutter = "  "
    if let line = source?.line(Int(diagnostic.range.start.line)), !line.isEmpty {
      let number = String(diagnostic.range.start.line)
      let excerpt = Excerpt(line: line, range: diagnostic.range)
      gutter = String(repeating: " ", count: number.count + 1)
      let bar = palette.gutter("\(gutter)|")
      let blank = String(repeating: " ", count: excerpt.carets.lowerBound)
      let carets = String(repeating: "^", count: excerpt.carets.count)
      result += "\(bar)\n\(palette.gutter("\(number) |")) \(excerpt.text)\n"
      result += "\(bar) \(blank)\(palette.severity(diagnostic.rule.severity, carets))\n"
    }
    let equals = palette.gutter("\(gutter)=")
    if let hint = diagnostic.hint { result += "\(equals) help: \(PrintableText.line(hint))\n" }
    return result + "\(equals) more: drplan explain \(diagnostic.rule.code)\n"
  }

  private static func headline(_ diagnostic: Diagnostic, palette: Palette) -> String {
    let place = diagnostic.range.start
    let file = diagnostic.file.isEmpty ? "<plan>" : PrintableText.line(diagnostic.file)
    let rule = diagnostic.rule
    let severity = palette.severity(rule.severity, "\(rule.severity.rawValue) \(rule.code)")
    return palette.strong("\(file):\(place.line):\(place.column):")
      + " \(severity) \(rule.name): \(PrintableText.line(diagnostic.message))"
  }

  private static func counted(_ count: Int, _ noun: String) -> String? {
    count == 0 ? nil : "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}
