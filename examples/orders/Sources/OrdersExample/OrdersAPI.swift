/// Answers requests out of the store.
///
/// A database that fails is always a 503 with SQLite's reason.
struct OrdersAPI {
  let store: OrdersStore

  func respond(to request: HTTPRequest) -> HTTPResponse {
    do throws(SQLiteError) {
      switch (request.method, request.path) {
      case ("GET", "/healthz"), ("HEAD", "/healthz"):
        try store.checkHealth()
        return HTTPResponse(status: 200, body: "{\"status\":\"ok\"}")
      case ("GET", "/orders/latest"), ("HEAD", "/orders/latest"):
        return try found(store.latest(), otherwise: "there is no order yet")
      case ("GET", "/orders/count"), ("HEAD", "/orders/count"):
        return HTTPResponse(status: 200, body: "{\"count\":\(try store.count())}")
      case ("POST", "/orders"):
        return try place(request.body)
      case (_, "/healthz"), (_, "/orders/latest"), (_, "/orders/count"):
        return notAllowed(request.method, allowed: "GET, HEAD")
      case (_, "/orders"):
        return notAllowed(request.method, allowed: "POST")
      case (let method, let path) where path.hasPrefix("/orders/"):
        guard method == "GET" || method == "HEAD" else { return notAllowed(method, allowed: "GET, HEAD") }
        let text = path.dropFirst("/orders/".count)
        guard let id = Int64(text), id > 0, text.utf8.first != UInt8(ascii: "+") else {
          return .error(400, "`\(text)` is not the number of an order")
        }
        return try found(store.order(id), otherwise: "there is no order \(id)")
      default:
        return .error(404, "nothing is at `\(request.path)`")
      }
    } catch {
      return .error(503, "the database does not answer: \(error.message)")
    }
  }

  private func place(_ body: [UInt8]) throws(SQLiteError) -> HTTPResponse {
    guard let text = String(validating: body, as: UTF8.self), !text.utf8.contains(0) else {
      return .error(400, "the body is not UTF-8 text")
    }
    switch try store.place(text) {
    case .success(let order):
      return HTTPResponse(status: 201, body: order.json, headers: [("Location", "/orders/\(order.id)")])
    case .failure(let refusal):
      return .error(refusal.status, refusal.reason)
    }
  }

  private func found(_ json: String?, otherwise reason: String) -> HTTPResponse {
    json.map { HTTPResponse(status: 200, body: $0) } ?? .error(404, reason)
  }

  private func notAllowed(_ method: String, allowed: String) -> HTTPResponse {
    var response = HTTPResponse.error(405, "`\(method)` is not for this path")
    response.headers = [("Allow", allowed)]
    return response
  }
}
