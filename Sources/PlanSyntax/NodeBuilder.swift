import CYAML
import Diagnostics
import Values

/// Builds nodes out of libyaml's events, by recursive descent: the limit on depth comes before each level.
struct NodeBuilder<Source: EventSource & ~Copyable>: ~Copyable {
  private var events: Source
  private let text: UnsafeBufferPointer<UInt8>
  private let map: SourceMap
  private let limits: SyntaxLimits

  /// What was found so far.
  private(set) var diagnostics: [Diagnostic] = []

  private var anchors: [String: AnchoredNode] = [:]
  private var openAnchors: Set<String> = []
  private var nodeCount = 0
  private var aliasedCount = 0
  private var deepestLevel = 0
  /// Where the text of the last value ends; for an alias where the alias ends, not what it stands for.
  private var lastEnd = SourcePosition(line: 1, column: 1)
  private var lastQuoted: SourceRange?
  private var openItems = ChildStack<Node>()
  private var openEntries = ChildStack<Node.Entry>()

  init(_ events: consuming Source, text: UnsafeBufferPointer<UInt8>, map: SourceMap, limits: SyntaxLimits) {
    self.events = events
    self.text = text
    self.map = map
    self.limits = limits
  }

  /// The only document of the text; nil, with a finding, when there is none or it is null.
  mutating func document() throws(SyntaxStop) -> Node? {
    _ = try next()
    let start = try next()
    guard start.kind == YAML_DOCUMENT_START_EVENT.kind else {
      diagnostics.append(Self.empty("the plan is empty", at: .beginning))
      return nil
    }
    if start.tag_directives > 0 { try report(Self.tagDirective(at: map.range(start))) }
    let root = try node(next(), level: 1)
    _ = try next()
    let after = try next()
    if after.kind == YAML_DOCUMENT_START_EVENT.kind {
      try report(Self.secondDocument(at: map.range(after)))
    }
    guard !root.isNull else {
      try report(Self.empty("the plan holds nothing but null", at: root.range))
      return nil
    }
    return root
  }

  private mutating func next() throws(SyntaxStop) -> drplan_yaml_event {
    do {
      return try events.next()
    } catch {
      throw stop(error)
    }
  }

  private func stop(_ failure: EventFailure) -> SyntaxStop {
    switch failure {
    case .notPlain: return SyntaxStop(diagnostic: nil)
    case .syntax(let failure):
      let explainer = SyntaxErrorExplainer(failure: failure, text: text, map: map, lastQuoted: lastQuoted)
      return SyntaxStop(diagnostic: explainer.diagnostic())
    }
  }

  private mutating func report(_ diagnostic: Diagnostic) throws(SyntaxStop) {
    guard diagnostics.count < limits.findings else {
      throw SyntaxStop(diagnostic: Self.tooManyFindings(limits.findings, at: diagnostic.range))
    }
    diagnostics.append(diagnostic)
  }

  // MARK: Values

  private mutating func node(_ event: drplan_yaml_event, level: Int) throws(SyntaxStop) -> Node {
    guard level <= limits.depth + 1 else { throw tooDeep(event) }
    guard event.kind != YAML_ALIAS_EVENT.kind else { return try alias(event, level: level) }

    nodeCount += 1
    guard nodeCount <= limits.nodes else {
      throw SyntaxStop(diagnostic: Self.tooManyNodes(limits.nodes, at: map.range(event)))
    }
    guard let name = event.anchor.map({ String(cString: $0) }) else { return try value(event, level: level) }

    let (countBefore, deepestBefore) = (nodeCount - 1, deepestLevel)
    deepestLevel = level
    openAnchors.insert(name)
    let node = try value(event, level: level)
    openAnchors.remove(name)
    anchors[name] = AnchoredNode(node: node, size: nodeCount - countBefore, height: deepestLevel - level)
    deepestLevel = max(deepestLevel, deepestBefore)
    return node
  }

  private mutating func value(_ event: drplan_yaml_event, level: Int) throws(SyntaxStop) -> Node {
    deepestLevel = max(deepestLevel, level)
    switch event.kind {
    case YAML_SEQUENCE_START_EVENT.kind: return try sequence(event, level: level)
    case YAML_MAPPING_START_EVENT.kind: return try mapping(event, level: level)
    default: return try scalar(event)
    }
  }

  private mutating func scalar(_ event: drplan_yaml_event) throws(SyntaxStop) -> Node {
    let bytes = UnsafeBufferPointer(start: event.value, count: event.length)
    let needsCare = event.style == 2 || event.anchor != nil || event.tag != nil
    let range = needsCare ? map.scalarRange(event) : map.range(event)
    lastEnd = range.end
    var style: Node.ScalarStyle = event.style == 0 ? .plain : event.style == 1 ? .quoted : .block
    if event.style == 1 { lastQuoted = range }
    if let tag = event.tag { style = try taggedStyle(String(cString: tag), style, at: map.range(event)) }
    if style == .plain, let ambiguous = AmbiguousScalar(bytes) {
      try report(Self.ambiguous(String(decoding: bytes, as: UTF8.self), ambiguous, at: range))
    }
    return Node(.scalar(String(decoding: bytes, as: UTF8.self), style), range: range)
  }

  private mutating func sequence(_ start: drplan_yaml_event, level: Int) throws(SyntaxStop) -> Node {
    try checkCollectionTag(start, fits: "tag:yaml.org,2002:seq")
    let base = openItems.count
    var range = bracketRange(start)
    while true {
      let event = try next()
      guard event.kind != YAML_SEQUENCE_END_EVENT.kind else {
        close(&range, start, event)
        break
      }
      if openItems.count == base, start.style == 0 { range.start = map.range(event).start }
      openItems.push(try node(event, level: level + 1))
    }
    return Node(.sequence(openItems.pop(from: base)), range: range)
  }

  private mutating func mapping(_ start: drplan_yaml_event, level: Int) throws(SyntaxStop) -> Node {
    try checkCollectionTag(start, fits: "tag:yaml.org,2002:map")
    let base = openEntries.count
    var range = bracketRange(start)
    var isFirst = true
    var keys = KeySet()
    var merge: MergeKey?
    while true {
      let event = try next()
      guard event.kind != YAML_MAPPING_END_EVENT.kind else {
        close(&range, start, event)
        break
      }
      if isFirst, start.style == 0 { range.start = map.range(event).start }
      isFirst = false

      let isMerge = event.kind == YAML_SCALAR_EVENT.kind && event.style == 0 && Self.isMergeKey(event)
      let key = try key(event, level: level + 1)
      let value = try node(next(), level: level + 1)
      guard let key else { continue }
      if let first = keys.insert(key.text, at: key.range.start, among: openEntries.children(from: base)) {
        try report(Self.duplicate(key.text, first: first, at: key.range))
      } else if isMerge {
        merge = MergeKey(source: value, keyRange: key.range, index: openEntries.count - base)
      } else {
        openEntries.push(Node.Entry(key: key.text, keyRange: key.range, value: value))
      }
    }
    var entries = openEntries.pop(from: base)
    if let merge, !merge.apply(to: &entries) { try report(Self.badMerge(at: merge.keyRange)) }
    return Node(.mapping(entries), range: range)
  }

  /// The text of a key; nil, with a finding, for one that is no text.
  private mutating func key(
    _ event: drplan_yaml_event, level: Int
  ) throws(SyntaxStop) -> (text: String, range: SourceRange)? {
    let range = map.range(event)
    guard event.kind == YAML_SCALAR_EVENT.kind, event.anchor == nil, event.tag == nil else {
      let node = try node(event, level: level)
      if let text = node.text { return (text, event.kind == YAML_ALIAS_EVENT.kind ? range : node.range) }
      try report(Self.complexKey(at: node.range))
      return nil
    }
    guard event.length > 0 || event.style != 0 else {
      try report(Self.missingKey(at: range))
      return nil
    }
    return (
      String(decoding: UnsafeBufferPointer(start: event.value, count: event.length), as: UTF8.self), range
    )
  }

  private mutating func alias(_ event: drplan_yaml_event, level: Int) throws(SyntaxStop) -> Node {
    let name = event.anchor.map { String(cString: $0) } ?? ""
    let range = map.range(event)
    lastEnd = range.end
    // Inside the value that carries it, an anchor is not usable yet, not even an older one of the same name.
    guard !openAnchors.contains(name), let anchor = anchors[name] else {
      let nearest = NearestName.of(name, among: anchors.keys.sorted())
      try report(
        openAnchors.contains(name)
          ? Self.recursive(name, at: range) : Self.unknown(name, nearest: nearest, at: range))
      nodeCount += 1
      return Node(.scalar("", .plain), range: range)
    }
    guard level + anchor.height <= limits.depth + 1 else { throw tooDeep(event) }
    nodeCount += anchor.size
    aliasedCount += anchor.size
    guard aliasedCount <= limits.aliasedNodes else {
      throw SyntaxStop(diagnostic: Self.tooManyAliased(limits.aliasedNodes, at: range))
    }
    deepestLevel = max(deepestLevel, level + anchor.height)
    return anchor.node
  }

  // MARK: Ranges

  /// From the bracket, when there is one; a block takes its start from its first child.
  private func bracketRange(_ start: drplan_yaml_event) -> SourceRange {
    var range = map.range(start)
    if start.style == 1 {
      range.start = SourcePosition(line: Int(range.end.line), column: Int(range.end.column) - 1)
    }
    return range
  }

  private mutating func close(
    _ range: inout SourceRange, _ start: drplan_yaml_event, _ end: drplan_yaml_event
  ) {
    if start.style == 1 { lastEnd = map.range(end).end }
    range.end = lastEnd
  }

  private func tooDeep(_ event: drplan_yaml_event) -> SyntaxStop {
    SyntaxStop(diagnostic: Self.tooDeep(limits.depth, at: map.range(event)))
  }

  // MARK: Tags

  private mutating func checkCollectionTag(
    _ event: drplan_yaml_event, fits wanted: String
  ) throws(SyntaxStop) {
    guard let tag = event.tag.map({ String(cString: $0) }), tag != wanted, tag != "!" else { return }
    try report(Self.unsupportedTag(tag, at: map.range(event)))
  }

  /// How a tagged scalar is to be read: a core tag that fits changes nothing but that `!!str` makes it text.
  private mutating func taggedStyle(
    _ tag: String, _ style: Node.ScalarStyle, at range: SourceRange
  ) throws(SyntaxStop) -> Node.ScalarStyle {
    switch tag {
    case "!", "tag:yaml.org,2002:str": return style == .plain ? .quoted : style
    case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool",
      "tag:yaml.org,2002:null":
      if style != .plain { try report(Self.tagOnText(tag, at: range)) }
    default: try report(Self.unsupportedTag(tag, at: range))
    }
    return style
  }

  private static func isMergeKey(_ event: drplan_yaml_event) -> Bool {
    event.length == 2 && event.value[0] == UInt8(ascii: "<") && event.value[1] == UInt8(ascii: "<")
  }
}

extension yaml_event_type_e {
  /// As the flat event holds it.
  var kind: Int32 { Int32(rawValue) }
}
