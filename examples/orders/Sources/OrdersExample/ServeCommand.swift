/// `orders-example serve`: the service, until SIGTERM.
enum ServeCommand {
  static func run(_ words: [String]) throws(ExampleError) {
    let arguments = try Arguments(words, options: ["--database", "--port"])
    guard arguments.positionals.isEmpty else {
      throw .usage("serve takes no `\(arguments.positionals[0])`, only options")
    }
    let store = OrdersStore(path: try arguments.required("--database"))
    let server = try HTTPServer(port: try arguments.integer("--port", in: 0...65_535))
    Console.print("\(Instant.now) listening on http://127.0.0.1:\(server.port), database \(store.path)")
    let api = OrdersAPI(store: store)
    var wasHealthy: Bool?
    try server.run { request in
      let response = api.respond(to: request)
      if request.path == "/healthz" {
        // Probes come every second: only a change is worth a line.
        let isHealthy = response.status == 200
        guard isHealthy != wasHealthy else { return response }
        wasHealthy = isHealthy
      }
      let reason = response.status < 500 ? "" : " " + response.body
      Console.print(
        "\(Instant.now) \(request.method) \(request.path) \(response.status)\(reason)"
      )
      return response
    }
    Console.print("\(Instant.now) stopped")
  }
}
