/// Which steps run after which: asked for many steps at once, because one walk answers hundreds of questions.
extension StepGraph {
  /// For each question, whether `from` comes before any of `to`, directly or through other steps.
  ///
  /// Takes one walk over the graph for 512 questions.
  func leads(_ questions: [(from: Int, to: [Int])]) -> [Bool] {
    var answers: [Bool] = []
    answers.reserveCapacity(questions.count)
    for first in stride(from: 0, to: questions.count, by: Questions.count) {
      answers += answer(questions[first..<min(first + Questions.count, questions.count)])
    }
    return answers
  }

  private func answer(_ questions: ArraySlice<(from: Int, to: [Int])>) -> [Bool] {
    // For each step, the questions that it or a step after it is an answer to.
    var met = [Questions](repeating: .none, count: nodes.count)
    for (number, question) in questions.enumerated() {
      for node in question.to { met[node].insert(number) }
    }
    for node in order.reversed() {
      for successor in nodes[node].successors { met[node].formUnion(met[successor]) }
    }
    return questions.enumerated().map { number, question in
      nodes[question.from].successors.contains { met[$0].contains(number) }
    }
  }
}

/// A set of small numbers.
private struct Questions {
  static let count = 512
  static let none = Questions(words: .zero)

  private var words: SIMD8<UInt64>

  private init(words: SIMD8<UInt64>) { self.words = words }

  mutating func insert(_ number: Int) { words[number / 64] |= 1 << UInt64(number % 64) }

  func contains(_ number: Int) -> Bool { words[number / 64] & (1 << UInt64(number % 64)) != 0 }

  mutating func formUnion(_ other: Questions) { words |= other.words }
}
