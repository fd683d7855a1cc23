/// Fills an empty database with the shop's rows: the same parameters, the same rows.
struct OrdersSeeder {
  private let parameters: SeedParameters
  private let connection: SQLiteConnection
  private var random = SeededGenerator(seed: 0x0DE5)
  private var prices: [Int] = []

  /// 2024-01-01T00:00:00Z, when the shop opened.
  private static let opening: Int64 = 1_704_067_200
  /// The orders are spread over two and a half years.
  private static let trading: Int64 = 912 * 86_400

  /// Makes the database at `path`, which must not exist, and leaves it closed and in WAL mode, as the service
  /// uses it.
  static func makeDatabase(at path: String, _ parameters: SeedParameters) throws(SQLiteError) -> Int64 {
    let connection = try SQLiteConnection(path: path, create: true)
    // Nothing is lost when this is cut short: the file gets its name only after it is complete.
    try connection.execute(
      "pragma page_size = 4096; pragma journal_mode = off; pragma synchronous = off; pragma cache_size = -262144;"
        + " pragma temp_store = memory"
    )
    try connection.execute("begin; " + OrdersSchema.tables)
    var seeder = OrdersSeeder(parameters: parameters, connection: connection)
    try seeder.insertCustomers()
    try seeder.insertProducts()
    try seeder.insertOrders()
    try connection.execute(OrdersSchema.indexes + " commit; analyze;")
    let rows =
      "select (select count(*) from customers) + (select count(*) from products)"
      + " + (select count(*) from orders) + (select count(*) from order_lines) + (select count(*) from payments)"
    let count = try connection.integer(rows) ?? 0
    try connection.execute("pragma journal_mode = wal; pragma synchronous = full;")
    return count
  }

  private init(parameters: SeedParameters, connection: SQLiteConnection) {
    self.parameters = parameters
    self.connection = connection
  }

  private mutating func insertCustomers() throws(SQLiteError) {
    let insert = try connection.prepare("insert into customers values (?1, ?2, ?3, ?4, ?5, ?6)")
    for id in 1...Int64(parameters.customers) {
      let (first, last) = (random.pick(Vocabulary.firstNames), random.pick(Vocabulary.lastNames))
      let city = random.pick(Vocabulary.cities)
      try insert.bind(id, at: 1)
      try insert.bind("customer.\(id)@mail\(random.below(9)).example.net", at: 2)
      try insert.bind("\(first) \(last)", at: 3)
      try insert.bind(city.name, at: 4)
      try insert.bind(city.country, at: 5)
      let age = Self.trading * id / Int64(parameters.customers)
      try insert.bind(Instant(seconds: Self.opening + age).description, at: 6)
      try insert.run()
    }
  }

  private mutating func insertProducts() throws(SQLiteError) {
    let insert = try connection.prepare("insert into products values (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
    for id in 1...Int64(parameters.products) {
      let thing = random.pick(Vocabulary.things)
      let price = random.pick(2...400) * 100 - random.pick([1, 5, 50])
      prices.append(price)
      try insert.bind(id, at: 1)
      try insert.bind("\(thing.category.prefix(3).uppercased())-\(100_000 + id)", at: 2)
      try insert.bind("\(random.pick(Vocabulary.qualities)) \(thing.name)", at: 3)
      try insert.bind(thing.category, at: 4)
      try insert.bind(Int64(price), at: 5)
      try insert.bind(Int64(random.pick(1...400) * 25), at: 6)
      try insert.bind(random.chance(percent: 95) ? 1 : 0, at: 7)
      try insert.run()
    }
  }

  private mutating func insertOrders() throws(SQLiteError) {
    let insertOrder = try connection.prepare("insert into orders values (?1, ?2, ?3, ?4, 'EUR', ?5, ?6)")
    let insertLine = try connection.prepare("insert into order_lines values (?1, ?2, ?3, ?4, ?5)")
    let insertPayment = try connection.prepare(
      "insert into payments (order_id, method, status, amount_cents, received_at) values (?1, ?2, ?3, ?4, ?5)"
    )
    for id in 1...Int64(parameters.orders) {
      let placed = Self.opening + Self.trading * id / Int64(parameters.orders)
      let shipping = random.pick([0, 490, 490, 990])
      // One to five lines, few of them long.
      let lines = min(random.pick(1...5), random.pick(1...7))
      var total = shipping
      for line in 1...lines {
        let product = random.below(prices.count)
        let quantity = random.chance(percent: 75) ? 1 : random.pick(2...6)
        total += prices[product] * quantity
        try insertLine.bind(id, at: 1)
        try insertLine.bind(Int64(line), at: 2)
        try insertLine.bind(Int64(product + 1), at: 3)
        try insertLine.bind(Int64(quantity), at: 4)
        try insertLine.bind(Int64(prices[product]), at: 5)
        try insertLine.run()
      }
      let status = nextStatus(of: id)
      try insertOrder.bind(id, at: 1)
      try insertOrder.bind(Int64(random.pick(1...parameters.customers)), at: 2)
      try insertOrder.bind(Instant(seconds: placed).description, at: 3)
      try insertOrder.bind(status, at: 4)
      try insertOrder.bind(Int64(shipping), at: 5)
      try insertOrder.bind(Int64(total), at: 6)
      try insertOrder.run()
      for payment in payments(of: total, status: status) {
        try insertPayment.bind(id, at: 1)
        try insertPayment.bind(payment.method, at: 2)
        try insertPayment.bind(payment.status, at: 3)
        try insertPayment.bind(Int64(payment.amount), at: 4)
        try insertPayment.bind(Instant(seconds: placed + Int64(random.pick(5...7200))).description, at: 5)
        try insertPayment.run()
      }
    }
  }

  /// Old orders are done with, the last hundredth is still on its way.
  private mutating func nextStatus(of order: Int64) -> String {
    if random.chance(percent: 3) { return "cancelled" }
    let isRecent = order > Int64(parameters.orders - parameters.orders / 100)
    return isRecent ? random.pick(["placed", "paid", "shipped"]) : "delivered"
  }

  private mutating func payments(of total: Int, status: String) -> [(
    method: String, status: String, amount: Int
  )] {
    switch status {
    case "placed": return []
    case "cancelled": return random.chance(percent: 50) ? [] : [("card", "refunded", total)]
    case _ where random.chance(percent: 5) && total > 1000:
      return [("voucher", "captured", 1000), ("card", "captured", total - 1000)]
    default: return [(random.pick(["card", "card", "transfer", "wallet"]), "captured", total)]
    }
  }
}
