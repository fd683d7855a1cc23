import Glibc

/// Trees that hold one of everything.
enum SampleTrees {
  /// Odd names, modes, times, links, hard links, empty things; files around the block size.
  static func everything(_ root: String, block: Int = 4096, sparse: Bool = true) {
    let tree = TreeMaker(root)
    var random = Seeded(1)
    tree.directory("empty")
    tree.directory("private", mode: 0o700)
    tree.directory("deep")
    tree.directory("deep/er")
    tree.file("deep/er/file", random.text(300))
    tree.file("deep-sibling", random.text(10))
    tree.file("none", [])
    for (index, size) in [1, 511, 512, 513, block - 1, block, block + 1, 3 * block, 3 * block + 7]
      .enumerated()
    {
      tree.file("size-\(index)", random.text(size), modified: 1_600_000_000_123_456_789 + Int64(index))
    }
    tree.file("random", random.bytes(5 * block + 1))
    tree.file("zeros", [UInt8](repeating: 0, count: 4 * block))
    tree.file("setuid", random.text(20), mode: 0o4755)
    tree.file("unreadable", random.text(20), mode: 0)
    tree.directory("sticky", mode: 0o1777)
    tree.file("old", random.text(5), modified: -86_400_000_000_000)
    tree.file("-leading-dash", random.text(7))
    tree.file("new\nline", random.text(8))
    tree.file("quote\"back\\slash\ttab", random.text(9))
    tree.file("käse-☃", random.text(9))
    tree.file([0x66, 0xff, 0xfe, 0x80], random.text(11))
    tree.file([UInt8](repeating: 0x78, count: 255), random.text(12))
    tree.file([UInt8](repeating: 0xfa, count: 255), random.text(12))
    var path = "long"
    tree.directory(path)
    for _ in 0..<4 {
      path += "/" + String(repeating: "d", count: 90)
      tree.directory(path)
      tree.file(path + "/file", random.text(33))
    }
    tree.link("link", to: "deep/er/file")
    tree.link("dangling", to: "/nowhere/at/all")
    tree.link("long-link", to: String(repeating: "a/", count: 150) + "b")
    tree.hardLink("twin-of-size-5", to: "size-5")
    tree.hardLink("deep/er/twin", to: "deep-sibling")
    if sparse {
      tree.sparse(
        "sparse-middle", size: Int64(40 * block) + 3,
        data: [
          (Int64(3 * block), random.text(100)), (Int64(20 * block) - 50, random.bytes(100)),
        ])
      tree.sparse("sparse-all", size: Int64(16 * block), data: [])
      tree.sparse("sparse-tail", size: Int64(12 * block) + 1, data: [(Int64(12 * block), [7])])
    }
    tree.setTime(Array("deep".utf8), 1_500_000_000_987_654_321)
    tree.setTime(Array("link".utf8), 1_400_000_000_000_000_001)
  }

  /// A random tree from a seed.
  static func random(_ root: String, seed: UInt64) {
    var random = Seeded(seed)
    let tree = TreeMaker(root)
    var directories = [""]
    var files: [String] = []
    for index in 0..<Int.random(in: 20...60, using: &random) {
      let parent = directories.randomElement(using: &random) ?? ""
      let separators = ["-", ".", "_", " ", "!", "~", "é"]
      let name = parent + "n\(separators.randomElement(using: &random) ?? "")\(index)"
      switch Int.random(in: 0..<10, using: &random) {
      case 0, 1:
        tree.directory(name, mode: [0o755, 0o700, 0o711, 0o2775].randomElement(using: &random) ?? 0o755)
        directories.append(name + "/")
      case 2: tree.link(name, to: files.randomElement(using: &random) ?? "nothing")
      case 3:
        if let existing = files.randomElement(using: &random) { tree.hardLink(name, to: existing) }
      default:
        let size = [0, 1, 100, 4095, 4096, 4097, 9000, 50_000].randomElement(using: &random) ?? 0
        let content = Bool.random(using: &random) ? random.text(size) : random.bytes(size)
        tree.file(
          name, content, mode: [0o644, 0o600, 0o755, 0o444].randomElement(using: &random) ?? 0o644,
          modified: Int64.random(in: 0..<2_000_000_000_000_000_000, using: &random))
        files.append(name)
      }
    }
  }
}
