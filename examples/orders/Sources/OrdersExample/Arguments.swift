/// The words after the verb, sorted into positionals, options with a value, and flags.
struct Arguments {
  let positionals: [String]
  private var values: [String: String] = [:]
  private var given: Set<String> = []

  /// Refuses words that are neither in `options` nor in `flags`; `--name=value` and `--name value` are one.
  init(_ words: [String], options: Set<String>, flags: Set<String> = []) throws(ExampleError) {
    var positionals: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        positionals.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let name = parts[0]
      if flags.contains(name), parts.count == 1 {
        given.insert(name)
      } else if options.contains(name) {
        guard let value = parts.count == 2 ? parts[1] : rest.popFirst() else {
          throw .usage("`\(name)` wants a value")
        }
        guard values.updateValue(value, forKey: name) == nil else { throw .usage("`\(name)` is given twice") }
      } else {
        throw .usage("no such option here: `\(word)`")
      }
    }
    self.positionals = positionals
  }

  /// Whether the flag stands on the command line.
  func has(_ flag: String) -> Bool { given.contains(flag) }

  /// The option's value; an error when it is missing or empty.
  func required(_ option: String) throws(ExampleError) -> String {
    guard let value = values[option], !value.isEmpty else { throw .usage("`\(option)` is missing") }
    return value
  }

  /// The option's value as a number in `range`, or `fallback` when it is not given.
  func integer(_ option: String, in range: ClosedRange<Int>, fallback: Int? = nil) throws(ExampleError) -> Int
  {
    if values[option] == nil, let fallback { return fallback }
    let text = try required(option)
    guard let number = Int(text), range.contains(number) else {
      throw .usage(
        "`\(option)` wants a number from \(range.lowerBound) to \(range.upperBound), not `\(text)`")
    }
    return number
  }
}
