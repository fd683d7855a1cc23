import HostSystem
import RunEvents
import Values

/// Shows a run on standard error while it goes on: on a terminal with lines redrawn in place, elsewhere with a line for
/// each event and one now and then.
struct RunView {
  private let board: RunBoard
  private let console: Console
  private let redraws: Bool

  init(_ board: RunBoard, _ console: Console, redraws: Bool) {
    self.board = board
    self.console = console
    self.redraws = redraws
  }

  /// Returns when the board is closed and everything is shown.
  func show() async {
    var running = RunningSteps()
    var lastPlain = Duration.zero
    while true {
      let news = board.takeNews()
      var text = ""
      for event in news.events {
        running.apply(event)
        let line = EventLine.text(event, running, color: console.colorsError, isPlain: !redraws)
        text += line.map { $0 + "\n" } ?? ""
      }
      for message in news.messages { text += "drplan: \(message)\n" }
      if !redraws, board.elapsed - lastPlain > .seconds(30), !news.isClosed {
        lastPlain = board.elapsed
        text += ProgressLines.plain(running, news.activities, board).map { $0 + "\n" }.joined()
      }
      let footer = redraws && !news.isClosed ? ProgressLines.live(running, news.activities, board) : []
      let output = text
      await runBlocking {
        console.error.write(output)
        if redraws { console.error.setFooter(footer) }
      }
      if news.isClosed { return board.shown() }
      // The view is no part of the run: it looks ten times a second and is never waited for but at the end.
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}

/// Which steps run, in the order they started.
struct RunningSteps {
  private(set) var steps: [(id: StepID, start: Duration)] = []
  private(set) var done = 0
  private(set) var total = 0
  private(set) var actions: [StepID: String] = [:]

  mutating func apply(_ event: RunEvent) {
    switch event.body {
    case .runStarted(let started):
      total = started.steps.count
      for step in started.steps { actions[step.id] = step.action }
    case .stepStarted(let started):
      if !steps.contains(where: { $0.id == started.step }) { steps.append((started.step, event.elapsed)) }
    case .stepFinished(let finished):
      steps.removeAll { $0.id == finished.step }
      done += 1
    default: break
    }
  }
}
