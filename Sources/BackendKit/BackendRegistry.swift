public import Declarations

/// All kinds that a plan can use, by family; made once in `Backends.registry` and handed to whoever reads plans.
public struct BackendRegistry: Sendable {
  /// What steps do.
  public let actions: KindFamily<any StepAction>
  /// What holds data.
  public let engines: KindFamily<any DatabaseEngine>
  /// What runs services.
  public let managers: KindFamily<any ServiceManager>
  /// What tells people.
  public let channels: KindFamily<any Channel>
  /// What proves data.
  public let checks: KindFamily<any IntegrityCheck>

  /// All families.
  public init(
    actions: KindFamily<any StepAction>, engines: KindFamily<any DatabaseEngine>,
    managers: KindFamily<any ServiceManager>, channels: KindFamily<any Channel>,
    checks: KindFamily<any IntegrityCheck>
  ) {
    self.actions = actions
    self.engines = engines
    self.managers = managers
    self.channels = channels
    self.checks = checks
  }

  /// Every kind's declaration with the noun of its family, in the order of the reference.
  public var declarations: [(family: String, declaration: KindDeclaration)] {
    actions.entries.map { (actions.noun, $0.declaration) }
      + engines.entries.map { (engines.noun, $0.declaration) }
      + managers.entries.map { (managers.noun, $0.declaration) }
      + channels.entries.map { (channels.noun, $0.declaration) }
      + checks.entries.map { (checks.noun, $0.declaration) }
  }
}
