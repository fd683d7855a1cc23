import Diagnostics

/// What the builder says.
extension NodeBuilder where Source: ~Copyable {
  static func empty(_ fact: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(.emptyPlan, fact, at: range, hint: "`drplan init` writes one to begin with")
  }

  static func secondDocument(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .severalDocuments, "a second document begins here", at: range,
      hint: "put each plan into a file of its own, or remove the `---`")
  }

  static func duplicate(_ key: String, first: SourcePosition, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .duplicateKey, "key \(UserText.quoted(key)) is already set at \(first.line):\(first.column)", at: range,
      hint: "remove the one in line \(first.line) or the one in line \(range.start.line)")
  }

  static func ambiguous(_ text: String, _ scalar: AmbiguousScalar, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .ambiguousScalar,
      "\(UserText.quoted(text)) is \(scalar.older) to YAML 1.1 and \(scalar.newer) to YAML 1.2", at: range,
      hint: scalar.remedy)
  }

  static func complexKey(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unsupportedYAML, "a key must be text, this one is a list or a mapping", at: range,
      hint: "quote a key that begins with `[`, `{` or `?`")
  }

  static func missingKey(at range: SourceRange) -> Diagnostic {
    Diagnostic(.unsupportedYAML, "the key is missing", at: range, hint: "write a key before the colon")
  }

  static func badMerge(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unsupportedYAML, "the merge key `<<` needs a mapping or a list of mappings", at: range,
      hint: "give it an alias of an anchored mapping, `<<: *defaults`, or quote the key")
  }

  static func unsupportedTag(_ tag: String, at range: SourceRange) -> Diagnostic {
    let core = "tag:yaml.org,2002:"
    let written = tag.hasPrefix(core) ? "!!" + tag.dropFirst(core.count) : tag
    return Diagnostic(
      .unsupportedYAML, "the tag \(UserText.quoted(written)) is not supported here", at: range,
      hint: "remove the tag; what a value is follows from its key")
  }

  static func tagOnText(_ tag: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unsupportedYAML, "the tag `!!\(tag.dropFirst("tag:yaml.org,2002:".count))` stands before quoted text",
      at: range, hint: "remove the tag and the quotes")
  }

  static func tagDirective(at range: SourceRange) -> Diagnostic {
    Diagnostic(.unsupportedYAML, "`%TAG` directives are not supported", at: range, hint: "remove them")
  }

  static func recursive(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unsupportedYAML, "the alias \(UserText.quoted("*" + name)) stands inside the value that it repeats",
      at: range,
      hint: "anchor a value that does not contain the alias")
  }

  static func unknown(_ name: String, nearest: String?, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .yamlSyntax, "the alias \(UserText.quoted("*" + name)) repeats an anchor that does not stand above it",
      at: range,
      hint: nearest.map { "did you mean `*\($0)`?" } ?? "quote a value that begins with `*`")
  }

  static func tooDeep(_ limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .limitExceeded, "lists and mappings are nested more than \(limit) levels deep", at: range,
      hint: "a plan needs fewer than ten")
  }

  static func tooManyNodes(_ limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .limitExceeded, "the plan has more than \(limit) values", at: range, hint: "split it into several plans"
    )
  }

  static func tooManyAliased(_ limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .limitExceeded, "aliases repeat more than \(limit) values", at: range,
      hint: "an alias of a value that holds aliases repeats them all")
  }

  static func tooManyFindings(_ limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .limitExceeded, "more than \(limit) findings, the rest of the text was not read", at: range,
      hint: "is this the right file?")
  }
}
