import BackendKit
import Declarations

extension ServiceManager {
  fileprivate static var entry: KindFamily<any ServiceManager>.Entry { .init(declaration) { Self($0) } }
}

/// What can run services, in the order of the reference.
let managerFamily = KindFamily<any ServiceManager>(
  noun: "manager", key: "manager",
  entries: [ProcessService.entry, SystemdService.entry, SupervisorService.entry, CommandService.entry],
  later: [
    LaterKey("Docker", "a container, started and stopped by `docker`"),
    LaterKey("Kubernetes", "a deployment or stateful set, scaled or restarted by `kubectl`"),
  ])
