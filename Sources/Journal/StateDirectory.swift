/// Where drplan keeps its runs, when nobody says where.
public enum StateDirectory {
  /// The directory by the rules of the command line: `option` (`--state`), else `DRPLAN_STATE`, else
  /// `/var/lib/drplan` for root, else `$XDG_STATE_HOME/drplan`, else `~/.local/state/drplan`.
  ///
  /// An empty variable counts as unset, a relative `XDG_STATE_HOME` too, as its specification asks. Makes nothing.
  public static func resolve(
    option: String?, environment: [String: String], isRoot: Bool
  ) throws(JournalError) -> String {
    if let option {
      guard !option.isEmpty else { throw JournalError(.noState, "`--state` is empty; name a directory") }
      return option
    }
    if let named = environment["DRPLAN_STATE"], !named.isEmpty { return named }
    if isRoot { return "/var/lib/drplan" }
    if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") { return joined(base, "drplan") }
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw JournalError(
        .noState, "no directory to keep runs in: `HOME` is not set; name one with `--state` or `DRPLAN_STATE`"
      )
    }
    return joined(home, ".local/state/drplan")
  }

  private static func joined(_ base: String, _ name: String) -> String {
    base.hasSuffix("/") ? base + name : "\(base)/\(name)"
  }
}
