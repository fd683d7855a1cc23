/// 0xx: whether the file can be read, and read in one way only.
extension DiagnosticRule {
  static let syntaxRules: [DiagnosticRule] = [
    planUnreadable, yamlSyntax, notUTF8, duplicateKey, limitExceeded, ambiguousScalar, emptyPlan,
    severalDocuments,
    unsupportedYAML,
  ]

  /// The file is missing, a directory, or not readable.
  public static let planUnreadable = DiagnosticRule(
    "DRP000", "plan-unreadable",
    summary: "The plan's file must exist and be readable.",
    why: """
      The path names nothing, a directory, or a file that this user may not read. During a recovery the plan is read \
      by whoever is on duty, often as another user and from another folder than on the day it was written: keep the \
      plan where that user can read it, and give the path from the folder where the command is typed.
      """,
    bad: "drplan validate plans/order.yaml      # the file is plans/orders.yaml",
    good: "drplan validate plans/orders.yaml")

  /// The text is not YAML.
  public static let yamlSyntax = DiagnosticRule(
    "DRP001", "yaml-syntax",
    summary: "The plan must be well-formed YAML.",
    why: """
      The text breaks the grammar of YAML, so nothing after this place has a meaning. The usual causes: a tab where \
      spaces indent, no space after a colon, a quote that is not closed, a line that is indented differently from its \
      neighbours, a value that begins with `*`, `&`, `@`, `%` or a backtick and is not quoted, and an alias of an \
      anchor that does not exist.
      """,
    bad: """
      objectives:
        rto:15m
        rpo: 5m
      """,
    good: """
      objectives:
        rto: 15m
        rpo: 5m
      """)

  /// The bytes are not UTF-8.
  public static let notUTF8 = DiagnosticRule(
    "DRP002", "not-utf8",
    summary: "The plan must be UTF-8.",
    why: """
      Another encoding (UTF-16 from a Windows editor, Latin-1) makes every reader guess what a byte means, and two \
      readers guess differently. A byte order mark in front of UTF-8 is accepted and ignored.
      """,
    bad: """
      $ file plans/orders.yaml
      plans/orders.yaml: Unicode text, UTF-16, little-endian text
      """,
    good: """
      $ iconv -f UTF-16 -t UTF-8 plans/orders.yaml > orders.yaml && mv orders.yaml plans/orders.yaml
      $ file plans/orders.yaml
      plans/orders.yaml: Unicode text, UTF-8 text
      """)

  /// A mapping has a key twice.
  public static let duplicateKey = DiagnosticRule(
    "DRP003", "duplicate-key",
    summary: "A key may stand only once in its mapping.",
    why: """
      YAML asks for unique keys, but most readers silently keep the last one. The reviewer sees the first: an \
      objective of one hour at the top, and two hours further down, which counts. drplan refuses to choose. A key that \
      a merge (`<<`) brings in may be overridden by writing it out.
      """,
    bad: """
      objectives:
        rto: 1h
        rpo: 5m
        rto: 2h
      """,
    good: """
      objectives:
        rto: 1h
        rpo: 5m
      """)

  /// The file is larger, deeper or more repetitive than any plan.
  public static let limitExceeded = DiagnosticRule(
    "DRP004", "limit-exceeded",
    summary: "A plan must stay within the limits on size, depth, values and aliases.",
    why: """
      A few hundred bytes of nested aliases can unfold to gigabytes, and a megabyte of `[` can exhaust a parser. The \
      limits are far above what a plan of a hundred thousand steps needs: 64 MiB, 64 levels, 2,000,000 values, \
      100,000 values repeated through aliases.
      """,
    bad: """
      x-a: &a [x, x, x, x, x, x, x, x, x, x]
      x-b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
      x-c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
      x-d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
      x-e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
      x-f: [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
      """,
    good: """
      x-patience: &patience 10m
      defaults: {timeout: *patience}
      """)

  /// A plain value means one thing to YAML 1.1 and another to YAML 1.2.
  public static let ambiguousScalar = DiagnosticRule(
    "DRP005", "ambiguous-scalar",
    summary: "A value must mean the same to YAML 1.1 and YAML 1.2.",
    why: """
      `no` is false to YAML 1.1 and a word to YAML 1.2; `1:30` is ninety and a word; `010` is eight and ten; `1e3` is \
      a word and a thousand. Editors, linters and other tools that read the same plan follow one or the other. drplan \
      follows 1.2 and refuses what 1.1 would read differently, so that everybody who reads the plan reads the same. \
      Keys are always text and need no quotes.
      """,
    bad: """
      steps:
        - id: restore-orders
          timeout: 1:30
          with: {database: no}
      """,
    good: """
      steps:
        - id: restore-orders
          timeout: 90s
          with: {database: "no"}
      """)

  /// There is nothing in the file.
  public static let emptyPlan = DiagnosticRule(
    "DRP006", "empty-plan",
    summary: "The plan must hold something.",
    why: """
      The file is empty, holds only comments, or its document is null. An empty plan would recover nothing and report \
      no failure; often it is a truncated copy or a template that produced nothing.
      """,
    bad: "# the recovery plan of orders",
    good: """
      apiVersion: drplan/v1
      kind: RecoveryPlan
      name: orders
      """)

  /// The file holds more than one document.
  public static let severalDocuments = DiagnosticRule(
    "DRP007", "several-documents",
    summary: "A file holds one plan.",
    why: """
      A second `---` starts another document. Many readers take only the first one and drop the rest without a word, \
      steps included. One plan is one file: its digest, its history and its drills hang on it.
      """,
    bad: """
      name: orders
      ---
      name: ledger
      """,
    good: """
      # plans/orders.yaml
      name: orders
      # and in plans/ledger.yaml
      name: ledger
      """)

  /// The text uses a corner of YAML that plans do without.
  public static let unsupportedYAML = DiagnosticRule(
    "DRP008", "unsupported-yaml",
    summary: "A plan uses plain YAML: text keys, no custom tags, no recursive aliases.",
    why: """
      Keys that are lists or mappings, tags such as `!secret` or `!!binary`, and aliases that contain themselves mean \
      something else, or nothing, to each reader. Anchors, aliases and the merge key `<<` are supported; of the tags \
      only those of the core schema (`!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!map`, `!!seq`), where they \
      fit the value.
      """,
    bad: """
      secrets:
        dbPassword: !vault kv/dr/orders
      """,
    good: """
      secrets:
        dbPassword: {command: [vault, kv, get, -field=password, kv/dr/orders]}
      """)
}
