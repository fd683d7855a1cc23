import Diagnostics

/// Ends the reading of a text: what comes after has no meaning, or is more than a plan may hold.
struct SyntaxStop: Error {
  /// Why.
  let diagnostic: Diagnostic
}
