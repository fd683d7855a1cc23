import Declarations
import Values

/// A program that is complete when the plan is read, with the folder it runs in.
struct ProgramCall: Sendable {
  /// The program, absolute unless it is looked up in PATH, and its arguments; never empty.
  let arguments: [String]
  /// The plan's folder.
  let folder: String
}

extension ValueType where Value == ProgramCall {
  /// An argument vector without run-time references.
  static var program: ValueType<ProgramCall> {
    ValueType<String>.text.list(atLeast: 1).map("a program with its arguments") { arguments, _, decoding in
      ProgramCall(
        arguments: ServiceProgram.located(arguments, from: decoding.baseDirectory),
        folder: decoding.baseDirectory)
    }
  }
}
