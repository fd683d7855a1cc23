/// Turns the JSON of a request into rows; runs inside a transaction that its caller opened.
///
/// The JSON is read by SQLite itself: `{"customer": 17, "lines": [{"product": 3, "quantity": 2}]}`. An empty
/// request means an order of its own choosing, so that `curl -X POST` alone places one.
enum OrderPlacement {
  private struct Line {
    let product: Int64
    let quantity: Int64
    var price: Int64 = 0
  }

  private static let maximumLines = 50
  private static let shipping: Int64 = 490

  /// Answers the number of the new order.
  static func place(
    _ request: String, in connection: SQLiteConnection
  ) throws(SQLiteError) -> Result<Int64, OrdersStore.Refusal> {
    let parsed = try request.isEmpty ? .success(ownChoice(in: connection)) : parse(request, in: connection)
    guard case .success((let customer, var lines)) = parsed else { return parsed.map { _ in 0 } }
    guard try connection.integer("select 1 from customers where id = ?1", customer) != nil else {
      return refused("there is no customer \(customer)")
    }
    for index in lines.indices {
      let price = try connection.integer(
        "select price_cents from products where id = ?1", lines[index].product)
      guard let price else { return refused("there is no product \(lines[index].product)") }
      lines[index].price = price
    }
    return .success(try insert(lines, for: customer, in: connection))
  }

  private static func insert(
    _ lines: [Line], for customer: Int64, in connection: SQLiteConnection
  ) throws(SQLiteError) -> Int64 {
    let order = try connection.prepare(
      "insert into orders (customer_id, placed_at, status, currency, shipping_cents, total_cents)"
        + " values (?1, ?2, 'placed', 'EUR', ?3, ?4)")
    try order.bind(customer, at: 1)
    try order.bind(Instant.now.description, at: 2)
    try order.bind(shipping, at: 3)
    try order.bind(lines.reduce(shipping) { $0 + $1.quantity * $1.price }, at: 4)
    try order.run()
    let id = connection.lastInsertedRow
    let insertLine = try connection.prepare("insert into order_lines values (?1, ?2, ?3, ?4, ?5)")
    for (index, line) in lines.enumerated() {
      try insertLine.bind(id, at: 1)
      try insertLine.bind(Int64(index + 1), at: 2)
      try insertLine.bind(line.product, at: 3)
      try insertLine.bind(line.quantity, at: 4)
      try insertLine.bind(line.price, at: 5)
      try insertLine.run()
    }
    return id
  }

  private static func parse(
    _ request: String, in connection: SQLiteConnection
  ) throws(SQLiteError) -> Result<(Int64, [Line]), OrdersStore.Refusal> {
    let shape = try connection.prepare(
      "select case when json_valid(?1) then 1 else 0 end, case when json_valid(?1) then"
        + " coalesce(json_type(?1, '$.customer') = 'integer', 0) and coalesce(json_type(?1, '$.lines') = 'array', 0)"
        + " else 0 end")
    try shape.bind(request, at: 1)
    guard try shape.step(), shape.integer(at: 0) == 1 else {
      return .failure(.init(status: 400, reason: "the body is not JSON"))
    }
    guard shape.integer(at: 1) == 1 else {
      return .failure(
        .init(reason: "an order is JSON like {\"customer\":1,\"lines\":[{\"product\":1,\"quantity\":1}]}"))
    }
    let rows = try connection.prepare(
      "select json_type(?1, fullkey || '.product') = 'integer'"
        + " and json_type(?1, fullkey || '.quantity') = 'integer',"
        + " json_extract(?1, fullkey || '.product'), json_extract(?1, fullkey || '.quantity'),"
        + " json_extract(?1, '$.customer') from json_each(?1, '$.lines')")
    try rows.bind(request, at: 1)
    var lines: [Line] = []
    var customer: Int64 = 0
    while try rows.step() {
      guard rows.integer(at: 0) == 1, (1...100).contains(rows.integer(at: 2)) else {
        return .failure(
          .init(reason: "line \(lines.count + 1) wants a product number and a quantity from 1 to 100"))
      }
      customer = rows.integer(at: 3)
      lines.append(Line(product: rows.integer(at: 1), quantity: rows.integer(at: 2)))
      guard lines.count <= maximumLines else {
        return .failure(.init(reason: "more than \(maximumLines) lines"))
      }
    }
    guard !lines.isEmpty else { return .failure(.init(reason: "an order wants at least one line")) }
    return .success((customer, lines))
  }

  /// A customer and two products that follow from the number of the next order.
  private static func ownChoice(in connection: SQLiteConnection) throws(SQLiteError) -> (Int64, [Line]) {
    let next = (try connection.integer("select max(id) from orders") ?? 0) + 1
    let customers = try connection.integer("select max(id) from customers") ?? 1
    let products = try connection.integer("select max(id) from products") ?? 1
    let lines = [
      Line(product: next % products + 1, quantity: 1), Line(product: next * 7 % products + 1, quantity: 2),
    ]
    return (next % customers + 1, lines)
  }

  private static func refused(_ reason: String) -> Result<Int64, OrdersStore.Refusal> {
    .failure(.init(reason: reason))
  }
}
