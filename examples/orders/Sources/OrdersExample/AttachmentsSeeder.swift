import Glibc

/// Fills a folder with what customers and clerks attach to orders: invoices, photos, links between them, an
/// empty folder, and the odd names that every real tree has.
struct AttachmentsSeeder {
  private let root: String
  private var random = SeededGenerator(seed: 0xA77A)
  private let text: [UInt8]
  private let noise: [UInt8]
  private var made = 0

  /// Contents are cut out of two pools, because making every byte anew would take longer than writing it.
  private static let poolSize = 1 << 20

  /// Makes the folder at `root`, which must not exist, and answers how many files and links are in it.
  static func makeFolder(at root: String, count: Int) throws(ExampleError) -> Int {
    var seeder = AttachmentsSeeder(root: root)
    try FileTree.makeFolder(root)
    try seeder.makeOddOnes()
    var order = 1000
    while seeder.made < count {
      order += seeder.random.pick(3...90)
      try seeder.makeFolder(ofOrder: order, limit: count)
    }
    return seeder.made
  }

  private init(root: String) {
    self.root = root
    var prose: [UInt8] = []
    while prose.count < Self.poolSize {
      prose.append(contentsOf: random.pick(Vocabulary.sentences).utf8)
      if random.chance(percent: 20) {
        prose.append(contentsOf: "\n\(random.below(1_000_000)),\(random.below(500))\n".utf8)
      }
    }
    text = prose
    noise = random.bytes(Self.poolSize)
  }

  private mutating func makeFolder(ofOrder order: Int, limit: Int) throws(ExampleError) {
    let placed = Instant(seconds: 1_704_067_200 + Int64(order) * 900)
    let folder = "\(root)/\(placed.monthPath)/order-\(order)"
    try FileTree.makeFolder(folder)
    try makeFile("\(folder)/invoice.txt", from: text, modified: placed)
    for photo in 0..<random.below(4) where made < limit {
      try makeFile("\(folder)/photo-\(photo + 1).jpg", from: noise, modified: placed)
    }
    if random.chance(percent: 4), made < limit {
      try makeLink("\(folder)/latest-invoice.txt", to: "invoice.txt")
    }
  }

  /// Names with spaces, quotes, a line break, a leading hyphen, other alphabets, 200 letters, and one that is
  /// Latin-1, not UTF-8; files that are empty or read-only; links to a file, a folder, and nothing.
  private mutating func makeOddOnes() throws(ExampleError) {
    let date = Instant(seconds: 1_704_067_200)
    let odd = "\(root)/from the old shop"
    try FileTree.makeFolder(odd)
    try FileTree.makeFolder("\(root)/incoming")
    let names = [
      " leading space.txt", "it's \"quoted\" \\ $HOME `id`.txt", "line\nbreak.txt", "-rf",
      "Grüße – naïve ✓.txt",
      "注文書.txt", String(repeating: "long-", count: 40), "%s%n.txt", ".hidden",
    ]
    for name in names { try makeFile("\(odd)/\(name)", from: text, modified: date) }
    let latin1 = "\(odd)/caf".utf8.map { CChar(bitPattern: $0) } + [CChar(bitPattern: 0xE9), 0]
    try SmallFile.write(text[..<1500], to: latin1, modified: date)
    try SmallFile.write([], to: Array("\(odd)/empty.txt".utf8CString), modified: date)
    try SmallFile.write(
      text[..<2048], to: Array("\(odd)/read-only.txt".utf8CString), mode: 0o444, modified: date)
    made += 3
    try makeLink("\(root)/first-month", to: "2024/01")
    try makeLink("\(odd)/hidden-too", to: ".hidden")
    try makeLink("\(odd)/gone", to: "../was-never-there.txt")
  }

  /// From 1 to 64 KiB, small ones more often.
  private mutating func makeFile(_ path: String, from pool: [UInt8], modified: Instant) throws(ExampleError) {
    let size = random.pick(1024...(2048 << random.below(6)))
    let start = random.below(pool.count - size)
    try SmallFile.write(pool[start..<start + size], to: Array(path.utf8CString), modified: modified)
    made += 1
  }

  private mutating func makeLink(_ path: String, to target: String) throws(ExampleError) {
    guard symlink(target, path) == 0 else { throw .system("cannot make the link `\(path)`") }
    made += 1
  }
}
