public import BackendKit
import Declarations
public import Diagnostics
public import PlanModel
import PlanSyntax
public import Values

/// Reads a plan's text into a `Plan`, key by key, reporting everything that is wrong in one go.
///
/// Needs no network, no secret and no backend; whether the parts of the plan fit together is for `StepGraph` to say.
public struct PlanLoader: Sendable {
  private let registry: BackendRegistry
  private let digest: @Sendable ([UInt8]) -> SHA256Digest

  /// A loader for plans that use the kinds of `registry`; `digest` is SHA-256.
  public init(registry: BackendRegistry, digest: @escaping @Sendable ([UInt8]) -> SHA256Digest) {
    self.registry = registry
    self.digest = digest
  }

  /// Reads a plan.
  ///
  /// With errors among the diagnostics there is no `plan`; what could be read is then `partial`, good for `GraphBuilder` to
  /// find more of them in the same go, if at least the first level could be read.
  ///
  /// - Parameters:
  ///   - source: the text and where it stands.
  ///   - arguments: values for parameters, by name, as given on the command line.
  ///   - usesExamples: whether a parameter without value may take its `example`: for validation, never for a run.
  public func load(
    _ source: PlanSource, arguments: [String: String] = [:], usesExamples: Bool
  ) -> (plan: Plan?, partial: Plan?, diagnostics: [Diagnostic]) {
    let parsed = PlanParser.parse(bytes: source.bytes, file: source.file)
    guard var root = parsed.root else { return (nil, nil, parsed.diagnostics) }
    var decoding = Decoding(baseDirectory: source.directory)
    let shape = PlanShape(registry: registry)
    guard case .mapping = root.content else {
      decoding.reportMismatch(root, expected: "a plan, a mapping that begins with `apiVersion: drplan/v1`")
      return (nil, nil, parsed.diagnostics + decoding.placed(in: source.file))
    }
    let parameters = ParameterSection.read(root, arguments, usesExamples: usesExamples, &decoding)
    let unresolved = Substitution.run(&root, parameters: parameters, &decoding)
    let unread = Set(parsed.diagnostics.map(\.range))
    let resolvedErrors = decoding.diagnostics.count
    let plan = shape.read(root, &decoding).map { draft in
      StepSection(registry: registry, digest: digest).finish(
        draft, source, parameters.texts, digest(source.bytes), &decoding)
    }
    var diagnostics = parsed.diagnostics
    var seen: Set<Diagnostic> = []
    for (index, diagnostic) in decoding.placed(in: source.file).enumerated() {
      // What else is wrong with a value that has a hole in it, or that could not be read, only follows from that.
      guard index < resolvedErrors || !unresolved.contains(diagnostic.range) else { continue }
      guard !unread.contains(diagnostic.range) else { continue }
      // An alias repeats the errors of its anchor.
      if seen.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
    }
    return (diagnostics.hasErrors ? nil : plan, plan, diagnostics.inReadingOrder)
  }
}

/// A plan's text and where it stands.
public struct PlanSource: Sendable {
  /// The file as the user named it.
  public let file: String
  /// The absolute folder of the file.
  public let directory: String
  /// The bytes of the file.
  public let bytes: [UInt8]

  /// A text read from a file.
  public init(file: String, directory: String, bytes: [UInt8]) {
    self.file = file
    self.directory = directory
    self.bytes = bytes
  }
}

extension Decoding {
  func placed(in file: String) -> [Diagnostic] {
    diagnostics.map { diagnostic in
      var placed = diagnostic
      placed.file = file
      return placed
    }
  }
}
