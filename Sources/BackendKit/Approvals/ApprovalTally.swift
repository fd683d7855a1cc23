public import RunEvents

/// Counts the answers to one question: pure, the same for the step that asks and for the command that answers.
///
/// Every entitled person counts once. One entitled no settles it, also after the same person's yes; whoever started the
/// run never counts. Once settled, nothing changes it.
public struct ApprovalTally: Sendable {
  /// Where a question stands.
  public enum Standing: Sendable, Equatable {
    /// So many more must agree.
    case waiting(missing: Int)
    /// Enough agree: who, in order.
    case approved([String])
    /// Somebody said no, and why.
    case denied(by: String, comment: String?)
  }

  private let request: ApprovalRequest
  private let starter: Person
  private var approvers: [Person] = []
  private var denial: ApprovalAnswer?
  private var taken: Set<String> = []

  /// A count that goes on from what is on record.
  ///
  /// Answers count while the question is the same: asked by an attempt before a crash, yes; asked before the run came to
  /// an end and was resumed, no, because that question was answered by its end.
  public init(_ request: ApprovalRequest, startedBy starter: String, earlier: [StepEvidence] = []) {
    self.request = request
    self.starter = Person(shown: starter)
    var isSame = false
    for evidence in earlier {
      switch evidence {
      case .approvalRequested(let before): isSame = (before.round ?? 0) == (request.round ?? 0)
      case .approvalAnswered(let answer):
        if let id = answer.id { taken.insert(id) }
        if isSame, answer.rejected == nil { count(answer) }
      default: continue
      }
    }
  }

  /// Where it stands.
  public var standing: Standing {
    if let denial { return .denied(by: denial.user, comment: denial.comment) }
    let missing = max(1, request.quorum) - approvers.count
    return missing > 0 ? .waiting(missing: missing) : .approved(approvers.map(\.shown))
  }

  /// Who agreed so far.
  public var agreed: [String] { approvers.map(\.shown) }

  /// Takes an answer and gives what to put on record; nil for one that was taken before, and when all is settled.
  public mutating func take(_ answer: GivenAnswer) -> ApprovalAnswer? {
    guard case .waiting = standing, taken.insert(answer.id).inserted else { return nil }
    let record = ApprovalAnswer(
      user: answer.person.shown, approves: answer.approves, comment: answer.comment,
      rejected: objection(to: answer), id: answer.id)
    if record.rejected == nil { count(record) }
    return record
  }

  /// Why an answer would not count; nil when it would.
  public func objection(to answer: GivenAnswer) -> String? {
    if let problem = answer.problem { return problem }
    let person = answer.person
    if person.login == starter.login { return "\(person.login) started the run" }
    if person.mayBe(starter) {
      return "root may be \(starter.login), who started the run; answer through sudo, which says who calls it"
    }
    if !request.from.isEmpty, answer.groups.union([person.login]).isDisjoint(with: request.from) {
      return "\(person.login) is none of \(request.from.joined(separator: ", "))"
    }
    if answer.approves, approvers.contains(where: { $0.login == person.login }) {
      return "\(person.login) agreed before"
    }
    return nil
  }

  private mutating func count(_ answer: ApprovalAnswer) {
    guard denial == nil else { return }
    if answer.approves { approvers.append(Person(shown: answer.user)) } else { denial = answer }
  }
}
