import RunEvents

extension RunRecord {
  /// The steps that a person left out, each with how and why: `restart-services (by --skip: done by hand)`.
  var leftOut: [String] {
    steps.filter { $0.state == .skipped && $0.error?.code == ExpectedResult.skippedByOperator }.map { step in
      let why = step.error?.message ?? ""
      let words = "left out "
      return "\(step.id) (\(why.hasPrefix(words) ? String(why.dropFirst(words.count)) : why))"
    }
  }
}
