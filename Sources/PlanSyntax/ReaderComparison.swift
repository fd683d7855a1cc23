/// What the quick reader and libyaml make of the same bytes.
package enum ReaderComparison {
  /// The quick reader leaves the text to libyaml.
  case notPlain
  /// Both give the same nodes, places and findings.
  case equal
  /// They differ: a defect.
  case different
}
