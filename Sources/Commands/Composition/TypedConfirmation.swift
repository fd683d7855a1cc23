import BackendKit
import CommandLineKit
import HostSystem
import PlanModel
import RunEvents
import Values

/// A person's word that this plan, and no other, is to be carried out.
///
/// Asked for once, before a run touches anything: not by drills, and not by what goes on with a run.
struct TypedConfirmation {
  private let plan: Plan
  private let mode: RunMode

  static let option = Option(
    "confirm", value: .required("NAME"),
    "the plan's name, typed: refuses a plan of another name; needed where the plan says `confirmation: Typed`"
  )

  init(_ plan: Plan, mode: RunMode) {
    self.plan = plan
    self.mode = mode
  }

  /// Returns when the run may begin; `given` is what `--confirm` says.
  func require(_ given: String?, _ console: Console) async throws(CommandFailure) {
    if let given { return try check(given, "`--confirm`") }
    guard plan.confirmation == .typed, mode == .recovery else { return }
    guard !console.isJSON, TerminalFacts.isTerminal(0) else {
      throw CommandFailure(
        .refused,
        "the plan wants its name typed before a recovery (`confirmation: Typed`), and nobody can be asked",
        remedy: "add `--confirm \(plan.name)`; nothing was touched")
    }
    try check(await ask(console), "what you typed")
  }

  private func check(_ given: String, _ place: String) throws(CommandFailure) {
    guard given != plan.name.text else { return }
    throw CommandFailure(
      .refused, "the plan is called `\(plan.name)`, not `\(PrintableText.line(given))`",
      remedy: "check the file, or \(place); nothing was touched")
  }

  private func ask(_ console: Console) async -> String {
    let places = plan.databases.map { "\($0.id) (\(PrintableText.line($0.recovery.target.description)))" }
    if !places.isEmpty { console.note("A recovery may replace \(places.joined(separator: ", ")).") }
    console.error.write("Type the plan's name to go on: ")
    // End of input is an answer too: none.
    return await runBlocking { readLine() ?? "" }
  }
}
