import BackendKit
import Declarations
import HostSystem
import Values

/// What one look at a service gave.
enum ReadinessAnswer: Equatable {
  /// It is ready; what showed it.
  case ready(String)
  /// It is not, or not yet; what it did instead.
  case notYet(String)
  /// It did not say anything in the time it was given.
  case silent(String)

  /// Asks once, for at most `time`.
  ///
  /// Fails only where asking again cannot help.
  static func ask(
    _ probe: Readiness.Probe, for time: Duration, _ context: ServiceContext
  ) async throws(StepFailure) -> ReadinessAnswer {
    switch probe {
    case .http(let url, let status): try await http(url, status, time)
    case .tcp(let host, let port): try await tcp(host, port, time)
    case .command(let arguments): try await command(arguments, time, context)
    }
  }

  private static func http(_ url: String, _ status: Int, _ time: Duration) async throws(StepFailure)
    -> ReadinessAnswer
  {
    do throws(HTTPError) {
      let answer = try await HTTPClient.send(
        HTTPRequest(url: Secret(url), timeout: time, connectTimeout: time, maxBodyBytes: 8 << 20))
      return answer.status == status
        ? .ready("`\(url)` answered \(status)") : .notYet("`\(url)` answered \(answer.status), not \(status)")
    } catch {
      switch error.code {
      case .cancelled: throw StepFailure(.cancelled, "asking `\(url)` was cancelled", isRetryable: false)
      case .invalidRequest, .libraryMissing:
        throw StepFailure(
          .programUnavailable, "`\(url)` cannot be asked: \(error.reason)", isRetryable: false)
      case .timedOut: return .silent("`\(url)`: \(error.reason)")
      default: return .notYet("`\(url)`: \(error.reason)")
      }
    }
  }

  private static func tcp(_ host: String, _ port: Int, _ time: Duration) async throws(StepFailure)
    -> ReadinessAnswer
  {
    do throws(TCPProbeError) {
      _ = try await TCPProbe.connect(host: host, port: UInt16(clamping: port), timeout: time)
      return .ready("`\(host):\(port)` accepts connections")
    } catch {
      guard error.kind != .cancelled else {
        throw StepFailure(.cancelled, "asking `\(host):\(port)` was cancelled", isRetryable: false)
      }
      return error.kind == .timedOut ? .silent(error.description) : .notYet(error.description)
    }
  }

  private static func command(
    _ templates: [Template], _ time: Duration, _ context: ServiceContext
  ) async throws(StepFailure) -> ReadinessAnswer {
    let arguments = try ServiceProgram.arguments(templates, context)
    let name = arguments.first ?? ""
    do throws(StepFailure) {
      let result = try await ServiceProgram.run(
        Command(arguments, workingDirectory: context.planDirectory), timeout: time)
      if result.status.isSuccess { return .ready("`\(name)`: exit status 0") }
      let line = ServiceProgram.lastLines(result).last.map { ": \($0)" } ?? ""
      return .notYet("`\(name)`: \(result.status)\(line)")
    } catch {
      guard error.code == .timeout else { throw error }
      return .silent(error.message)
    }
  }
}
