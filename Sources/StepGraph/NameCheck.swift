import BackendKit
import Declarations
import Diagnostics
import PlanModel
import Values

/// Holds every name that a step's inputs use against what the plan declares, and the other way round.
enum NameCheck {
  static func run(_ plan: Plan, _ diagnostics: inout [Diagnostic]) {
    let declared: [NameUse.Family: [String]] = [
      .database: plan.databases.map(\.id.text),
      .service: plan.services.map(\.binding.id.text),
      .channel: plan.channels.map(\.id.text),
      .secret: plan.secrets.map(\.name),
    ]
    let known = declared.mapValues(Set.init)
    var used: [NameUse.Family: Set<String>] = [:]
    let searches = HintBudget()
    for use in plan.uses + (plan.steps + plan.finally).flatMap(\.uses) {
      used[use.family, default: []].insert(use.name)
      guard known[use.family]?.contains(use.name) != true,
        plan.unread.names[use.family]?.contains(use.name) != true
      else { continue }
      diagnostics.append(undeclared(use, among: declared[use.family] ?? [], searches))
    }
    // A step that could not be read may use what no other does.
    guard !plan.unread.isPartial else { return }
    for database in plan.databases where used[.database]?.contains(database.id.text) != true {
      diagnostics.append(unused(.database, database.id.text, at: database.range))
    }
    for service in plan.services where used[.service]?.contains(service.binding.id.text) != true {
      diagnostics.append(unused(.service, service.binding.id.text, at: service.range))
    }
    for channel in plan.channels where used[.channel]?.contains(channel.id.text) != true {
      diagnostics.append(unused(.channel, channel.id.text, at: channel.range))
    }
    for secret in plan.secrets where used[.secret]?.contains(secret.name) != true {
      diagnostics.append(unused(.secret, secret.name, at: secret.nameRange))
    }
  }

  private static func undeclared(_ use: NameUse, among names: [String], _ searches: HintBudget)
    -> Diagnostic
  {
    let nearest =
      searches.spend() ? NearestName.of(use.name, among: names).map { "did you mean `\($0)`?" } : nil
    let more = names.count > 20 ? ", ... (\(names.count) in all)" : ""
    let all =
      names.isEmpty
      ? "the plan declares no \(use.family.rawValue)s"
      : "declared: \(names.prefix(20).joined(separator: ", "))\(more)"
    return Diagnostic(
      .unknownName, "the plan declares no \(use.family.rawValue) `\(use.name)`", at: use.range,
      hint: nearest ?? all)
  }

  private static func unused(_ family: NameUse.Family, _ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(.unusedDefinition, "no step uses the \(family.rawValue) `\(name)`", at: range)
  }
}
