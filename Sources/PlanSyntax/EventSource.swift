import CYAML

/// Where the builder's events come from.
protocol EventSource: ~Copyable {
  /// The next event.
  ///
  /// Its pointers live until the next call; after the end of the stream there is none to ask for.
  mutating func next() throws(EventFailure) -> drplan_yaml_event
}

/// Why a source has no next event.
enum EventFailure: Error {
  /// The text is no YAML.
  case syntax(YAMLEvents.Failure)
  /// The text is not of the plain kind that `PlainEvents` reads; it may still be YAML.
  case notPlain
}
