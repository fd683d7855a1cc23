import BackendKit
import Declarations
import Diagnostics
import PlanSyntax
import Testing

@testable import Backends

/// Keys of engines, checks and actions, written as a plan writes them.
enum DataKeys {
  /// What those keys say.
  static func record(_ declaration: KindDeclaration, _ yaml: String, folder: String = "/plan") throws
    -> Record
  {
    var decoding = Decoding(baseDirectory: folder)
    let (root, syntax) = PlanParser.parse(bytes: Array(yaml.utf8), file: "keys.yaml")
    let record = declaration.shape.read(try #require(root, "\(syntax)"), &decoding)
    return try #require(record, "\(decoding.diagnostics.map(\.message))")
  }

  /// What is wrong with those keys.
  static func findings(_ declaration: KindDeclaration, _ yaml: String) throws -> [String] {
    var decoding = Decoding(baseDirectory: "/plan")
    let root = PlanParser.parse(bytes: Array(yaml.utf8), file: "keys.yaml").root
    _ = declaration.shape.read(try #require(root), &decoding)
    return decoding.diagnostics.map { "\($0.rule.code) \($0.message)" }
  }

  /// The SQLite engine of a file.
  static func sqlite(_ path: String, _ more: String = "") throws -> SQLiteEngine {
    SQLiteEngine(try record(SQLiteEngine.declaration, "{path: \"\(path)\"\(more)}"))
  }

  /// The Files engine of a path.
  static func files(_ path: String) throws -> FilesEngine {
    FilesEngine(try record(FilesEngine.declaration, "{path: \"\(path)\"}"))
  }
}
