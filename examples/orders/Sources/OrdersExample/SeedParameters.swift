/// What was asked for; written beside the data as the last act, so that a mark that stands means complete
/// data.
struct SeedParameters: Equatable {
  /// Changes when the made-up data does, so that data of an older version is not taken for this one's.
  static let version = 1

  let orders: Int

  /// The number of files and links that `AttachmentsSeeder` makes.
  static let attachments = 3000

  var customers: Int { max(1, orders / 4) }
  var products: Int { min(5000, max(20, orders / 40)) }

  /// The text of the mark.
  var mark: String {
    "orders-example seed\nversion \(Self.version)\norders \(orders)\nattachments \(Self.attachments)\n"
  }

  /// Whether the text is the mark of any version: the folder's content was made here and may be destroyed.
  static func isMark(_ text: String) -> Bool { text.hasPrefix("orders-example seed\n") }
}
