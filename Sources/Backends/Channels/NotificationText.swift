import BackendKit
import HostSystem
import RunEvents
import Values

extension BackendKit.Notification {
  /// The message for people: a drill says so first.
  var text: String { mode == .drill ? "[DRILL] \(message)" : message }

  /// The message as an event of the CloudEvents form, like those of a run.
  var event: JSONValue {
    var data: [JSONValue.Member] = [
      .init("run", .string(run.text)), .init("plan", .string(plan.text)),
      .init("mode", .string(mode.rawValue)),
      .init("step", .string(step.text)), .init("message", .string(text)),
    ]
    if let report { data.append(.init("report", .string(report))) }
    return [
      "specversion": "1.0", "id": .string(id), "source": .string("urn:drplan:\(HostFacts.hostName)"),
      "type": "dev.drplan.notification.v1", "subject": .string("\(plan)/\(step)"),
      "time": .string(time.description), "datacontenttype": "application/json", "data": .object(data),
    ]
  }
}
