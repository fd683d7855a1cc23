import Values

/// What the file of a lease means to somebody who has the kernel's lock on it.
///
/// The kernel's lock says that nobody on this host holds the lease; about other hosts it may say nothing.
enum LeaseJudgement: Sendable, Hashable {
  /// Nobody holds it.
  case free
  /// Somebody does.
  case held(LeaseHolder)
  /// Whoever held it is dead; by what that is known.
  case takeOver(LeaseHolder, reason: String)
  /// A holder on another host whose sign of life is old or comes from the future: only a change of it tells.
  case watch(LeaseHolder)

  /// Judges without looking at anything itself.
  static func of(_ content: LeaseContent?, _ facts: LeaseFacts, _ timing: LeaseTiming) -> LeaseJudgement {
    guard let content, let holder = content.holder else { return .free }
    if !holder.bootID.isEmpty, holder.bootID == facts.bootID {
      // A living process that had the lock and lost it without a word is a riddle: better wait than guess.
      return facts.holderIsAlive ? .held(holder) : .takeOver(holder, reason: "its process has ended")
    }
    // The name of a host proves nothing, because two can have one name. A sign of life from before this start does: a
    // living namesake would have given one since.
    if holder.host == facts.host, content.heartbeatAt < facts.bootedAt {
      return .takeOver(holder, reason: "its host has started anew")
    }
    let age = content.heartbeatAt.distance(to: facts.now)
    return age >= .zero && age < timing.expiry ? .held(holder) : .watch(holder)
  }

  /// What a watch over `timing.watch` came to, during which the sign of life stayed the same or not.
  static func watched(
    _ holder: LeaseHolder, isSilent: Bool, _ content: LeaseContent?, _ now: Timestamp, _ timing: LeaseTiming
  ) -> LeaseJudgement {
    guard isSilent else { return .held(holder) }
    // By the clocks, where they can be believed; never less than what was watched.
    let age = max(content?.heartbeatAt.distance(to: now) ?? .zero, timing.watch)
    return .takeOver(holder, reason: "no sign of life for \(age.components.seconds)s")
  }
}

/// What this host knows beside the file.
struct LeaseFacts: Sendable, Hashable {
  /// The start of this host.
  var bootID: String
  /// When it started, by its wall clock.
  var bootedAt: Timestamp
  /// Its name.
  var host: String
  /// Its wall clock.
  var now: Timestamp
  /// Whether the holder's process runs; only asked of a holder of this start of this host.
  var holderIsAlive: Bool

  /// Looks at this host, for a file that names `holder`.
  static func current(about holder: LeaseHolder?) -> LeaseFacts {
    let clock = HostClock()
    let now = clock.now
    let bootID = HostFacts.bootID
    return LeaseFacts(
      bootID: bootID, bootedAt: now.advanced(by: .zero - clock.uptime), host: HostFacts.hostName, now: now,
      holderIsAlive: holder.map { $0.bootID == bootID && ProcessTable.isAlive($0.process) } ?? false)
  }
}
