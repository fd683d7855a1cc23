import Diagnostics

/// Ends the reading of a text: what comes after has no meaning, or is more than a plan may hold.
struct SyntaxStop: Error {
  /// Why; nil when the source of the events gave up and another one has to read the text.
  let diagnostic: Diagnostic?
}
