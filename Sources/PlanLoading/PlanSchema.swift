public import BackendKit
public import Declarations
public import Values

/// The JSON Schema (draft-07) of a plan, read off the same declarations that read plans.
public enum PlanSchema {
  /// The schema of plans that use the kinds of `registry`.
  public static func document(for registry: BackendRegistry) -> JSONValue {
    guard case .object(let members) = PlanShape(registry: registry).shape.schema() else { return .object([]) }
    return .object(
      [
        .init("$schema", "http://json-schema.org/draft-07/schema#"),
        .init("title", "drplan recovery plan"),
        .init(
          "description", "A plan of drplan: how fast a system must be back, and the steps that get it there."),
        .init("patternProperties", ["^x-": .bool(true)]),
      ] + members)
  }

  /// The shapes of a plan's own sections, for the reference: name and shape.
  public static func sections(for registry: BackendRegistry) -> [(name: String, shape: Shape)] {
    [
      ("plan", PlanShape(registry: registry).shape), ("objectives", ObjectiveSection.shape),
      ("params", ParameterSection.shape), ("secrets", SecretSection.shape),
      ("repository", RepositorySection.shape),
      ("databases", DatabaseSection.shape), ("services", ServiceSection.common),
      ("defaults", StepDefaults.shape),
      ("steps", StepSection.shape), ("retry", RetrySection.shape), ("backoff", RetrySection.backoffShape),
    ]
  }
}
