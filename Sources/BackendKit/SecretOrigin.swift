public import Declarations

/// Where a secret comes from; read when a run needs it.
public enum SecretOrigin: Sendable, Equatable {
  /// An environment variable of drplan's process.
  case environment(String)
  /// The content of a file, without its last line break.
  case file(String)
  /// What a command prints, without its last line break.
  case command([Template])
}
