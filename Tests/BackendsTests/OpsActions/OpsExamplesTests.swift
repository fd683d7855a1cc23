import BackendKit
import Declarations
import Diagnostics
import PlanSyntax
import Testing
import Values

@testable import Backends

/// The documentation of managers, channels and steps about them.
@Suite struct OpsExamplesTests {
  /// The values under the one name in `section` of an example.
  private func entries(_ example: String, _ section: String) throws -> [Node] {
    let (root, diagnostics) = PlanParser.parse(bytes: Array(example.utf8), file: "example.yaml")
    #expect(diagnostics.isEmpty)
    switch try #require(root?[section]).content {
    case .mapping(let entries): return entries.map(\.value)
    case .sequence(let nodes): return nodes
    case .scalar: return []
    }
  }

  /// What is wrong with the keys of a kind, `common` ones left out.
  private func messages(_ node: Node, _ shape: Shape, common: Set<String>) -> [String] {
    guard case .mapping(let entries) = node.content else { return ["not a mapping"] }
    var decoding = Decoding(baseDirectory: "/plan")
    _ = shape.read(entries.filter { !common.contains($0.key) }, at: node.range, &decoding)
    return decoding.diagnostics.map(\.message)
  }

  @Test(arguments: managerFamily.entries.map(\.declaration.name)) func theExampleOfAManagerReads(name: String)
    throws
  {
    let declaration = try #require(managerFamily.entry(named: name)).declaration
    for node in try entries(declaration.example, "services") {
      #expect(node["manager"]?.text == name)
      #expect(messages(node, declaration.shape, common: ["manager", "ready"]) == [])
      if let ready = node["ready"] { #expect(messages(ready, ReadinessDeclaration.shape, common: []) == []) }
    }
  }

  @Test(arguments: channelFamily.entries.map(\.declaration.name)) func theExampleOfAChannelReads(name: String)
    throws
  {
    let declaration = try #require(channelFamily.entry(named: name)).declaration
    for node in try entries(declaration.example, "channels") {
      #expect(node["type"]?.text == name)
      #expect(messages(node, declaration.shape, common: ["type"]) == [])
    }
  }

  @Test(arguments: opsActions.map(\.declaration.name)) func theExampleOfAnActionReads(name: String) throws {
    let declaration = try #require(opsActions.first { $0.declaration.name == name }).declaration
    for node in try entries(declaration.example, "steps") {
      #expect(node["action"]?.text == name)
      #expect(messages(try #require(node["with"]), declaration.shape, common: []) == [])
    }
  }

  @Test func everyKindIsDocumented() {
    let declarations =
      managerFamily.entries.map(\.declaration) + channelFamily.entries.map(\.declaration)
      + opsActions.map(\.declaration)
    for declaration in declarations {
      #expect(declaration.summary.hasSuffix("."))
      #expect(!declaration.notes.isEmpty)
      for key in declaration.shape.keys { #expect(!key.summary.isEmpty) }
    }
  }

  @Test(arguments: ["Docker", "Kubernetes"]) func whatComesLaterIsRefusedByName(name: String) {
    var decoding = Decoding(baseDirectory: "/plan")
    #expect(managerFamily.select(OpsKeys.node(["manager": .string(name)]), &decoding) == nil)
    #expect(decoding.diagnostics.map(\.rule.code) == ["DRP120"])
  }
}
