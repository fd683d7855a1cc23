public import Declarations
public import Values

/// Stops and starts one service.
///
/// Conforming types live one per file in `Backends/Services`.
public protocol ServiceManager: Sendable {
  /// Its name, keys, documentation.
  static var declaration: KindDeclaration { get }

  /// The service described by those keys.
  init(_ service: Record)

  /// What a step locks that changes this service.
  var target: TargetName { get }

  /// Whether `state` is known rather than assumed.
  var knowsState: Bool { get }

  /// What the manager says of the service now; looking only.
  func state(_ context: ServiceContext) async throws(StepFailure) -> ServiceState

  /// Stops the service and returns when it has stopped; done at once when it does not run.
  func stop(_ context: ServiceContext) async throws(StepFailure)

  /// Starts the service and returns what identifies it (`pid 4711`); readiness is asked by the caller.
  func start(_ context: ServiceContext) async throws(StepFailure) -> String

  /// The last lines of the service's output, oldest first; empty where the manager keeps none.
  func lastLines(_ context: ServiceContext) async -> [String]
}

extension ServiceManager {
  /// Most managers know.
  public var knowsState: Bool { true }
}

/// What a service manager may know while it works.
public struct ServiceContext: Sendable {
  /// The service.
  public let service: ServiceID
  /// Where commands run unless they say otherwise.
  public let planDirectory: String
  /// Fills in a template.
  public let text: @Sendable (Template) throws(StepFailure) -> String

  /// A context.
  public init(
    service: ServiceID, planDirectory: String,
    text: @escaping @Sendable (Template) throws(StepFailure) -> String
  ) {
    self.service = service
    self.planDirectory = planDirectory
    self.text = text
  }
}

/// What a manager says of a service.
public enum ServiceState: Sendable, Equatable {
  /// It runs; what identifies it.
  case running(String)
  /// It does not run.
  case stopped
  /// It ended by itself or cannot run; why.
  case failed(String)
}
