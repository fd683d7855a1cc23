import BackendKit
import HostSystem
import RunEvents
import Values

/// Brings one message to one channel, within the time of the step's attempt.
struct ChannelDelivery {
  let channel: ChannelID
  let context: StepContext

  private static let maxTries = 3
  private static let firstPause: Duration = .milliseconds(200)

  /// Delivers the message, or says why not; either is on record when it returns.
  ///
  /// It gives up a little before the attempt is cancelled, so that there is time to record it.
  func deliver(_ message: String, report: String?) async -> StepFailure? {
    let clock = HostClock()
    let deadline = clock.uptime + context.timeLimit - min(.milliseconds(500), context.timeLimit / 10)
    let round = context.run.round
    // A run that ended and was resumed has other news: not the message that the channel may have already.
    let suffix = round > 0 ? "/\(round)" : ""
    let notification = BackendKit.Notification(
      id: "\(context.run.id)/\(context.step)/\(channel)\(suffix)", run: context.run.id,
      plan: context.run.plan,
      mode: context.run.mode, step: context.step, time: clock.now, message: message, report: report)
    let failure = await send(notification, until: deadline)
    do throws(StepFailure) {
      let error = failure.map(\.message)
      try await context.record(
        .notification(
          NotificationRecord(
            channel: channel, delivered: failure == nil, error: error, round: round > 0 ? round : nil)))
      return failure
    } catch {
      return error
    }
  }

  private func send(_ notification: BackendKit.Notification, until deadline: Duration) async -> StepFailure? {
    let clock = HostClock()
    var pause = Self.firstPause
    for attempt in 1... {
      guard let failure = await sendOnce(notification, until: deadline) else { return nil }
      guard failure.isRetryable, attempt < Self.maxTries, clock.uptime + pause < deadline else {
        return failure
      }
      do throws(CancellationError) {
        try await clock.sleep(for: pause)
      } catch {
        return failure
      }
      pause = pause * 4
    }
    return nil
  }

  private enum Outcome {
    case sent(StepFailure?)
    case timeIsUp(StepFailure)
  }

  /// The failure to send in time, nil when it was sent.
  private func sendOnce(
    _ notification: BackendKit.Notification, until deadline: Duration
  ) async -> StepFailure? {
    let context = context
    let id = channel
    return await withTaskGroup(of: Outcome.self) { group in
      group.addTask {
        do throws(StepFailure) {
          let channel = try context.environment.channel(id)
          try await channel.send(notification, secrets: context.environment.secrets)
          return .sent(nil)
        } catch {
          return .sent(error)
        }
      }
      group.addTask {
        do throws(CancellationError) {
          try await HostClock().sleep(untilUptime: deadline)
          return .timeIsUp(StepFailure(.timeout, "it did not take the message within the step's time"))
        } catch {
          return .timeIsUp(StepFailure(.cancelled, "sending was cancelled", isRetryable: false))
        }
      }
      var late: StepFailure?
      for await outcome in group {
        group.cancelAll()
        switch outcome {
        case .timeIsUp(let failure): late = failure
        // A message that was taken while its time ran out is delivered all the same.
        case .sent(let failure): return failure.map { late ?? $0 }
        }
      }
      return late
    }
  }
}
