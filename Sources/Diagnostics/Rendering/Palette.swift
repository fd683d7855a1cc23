/// The colours of findings, or none.
struct Palette {
  /// Whether to write escape sequences at all.
  let isColored: Bool

  func strong(_ text: String) -> String { wrap(text, "1") }
  func gutter(_ text: String) -> String { wrap(text, "34") }
  func severity(_ severity: Severity, _ text: String) -> String {
    wrap(text, severity == .error ? "1;31" : "1;33")
  }

  private func wrap(_ text: String, _ code: String) -> String {
    isColored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
