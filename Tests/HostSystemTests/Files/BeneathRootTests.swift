import Glibc
import HostSystem
import Testing

@Suite struct BeneathRootTests {
  private let outside = FileScratch()
  private let scratch = FileScratch()

  init() throws {
    try DurableFile.write([1], to: outside("secret"))
    mkdir(scratch("d"), 0o700)
    try DurableFile.write([2], to: scratch("d/file"))
    symlink(outside.path, scratch("out"))
    symlink("d", scratch("in"))
    symlink(outside("secret"), scratch("d/link"))
    symlink("/proc/self/cwd", scratch("magic"))
  }

  @Test(arguments: [false, true]) func filesBeneathAreOpened(walksComponents: Bool) throws {
    let root = try scratch.root(walksComponents: walksComponents)
    #expect(try root.open(Array("d/file".utf8), .readOnly).status(path: "").size == 1)
    #expect(try root.open(Array(".".utf8), .directory).status(path: "").kind == .directory)
    #expect(try root.status(Array("in".utf8)).kind == .link)
    #expect(try root.linkTarget(Array("in".utf8)) == Array("d".utf8))
  }

  @Test(
    arguments: [
      "out/secret", "in/file", "d/link", "d/../../x", "..", "magic/x", "/etc/passwd", "", "d/file\0x",
    ], [false, true])
  func nothingLeadsOut(path: String, walksComponents: Bool) throws {
    let root = try scratch.root(walksComponents: walksComponents)
    #expect(throws: FileError.self) { _ = try root.open(Array(path.utf8), .readOnly) }
    #expect(throws: FileError.self) {
      try root.open(Array(path.utf8), [.writeOnly, .create, .noFollow]).resize(0, path: path)
    }
    #expect(try DurableFile.read(outside("secret"), limit: 10) == [1])
  }

  @Test(arguments: [false, true]) func nothingIsMadeThroughALink(walksComponents: Bool) throws {
    let root = try scratch.root(walksComponents: walksComponents)
    let error = #expect(throws: FileError.self) { try root.makeDirectory(Array("out/d".utf8)) }
    #expect(error?.isUnsafe == true)
    #expect(throws: FileError.self) {
      try root.makeLink(Array("out/l".utf8), to: [65], owner: nil, modified: 0)
    }
    #expect(throws: FileError.self) { try root.makeHardLink(Array("out/h".utf8), to: Array("d/file".utf8)) }
    #expect(throws: FileError.self) { try root.makeHardLink(Array("h".utf8), to: Array("d/link".utf8)) }
    #expect(throws: FileError.self) { try root.makeHardLink(Array("h".utf8), to: Array("out/secret".utf8)) }
    #expect(try DirectoryReader.names(in: .directory(outside.path), path: "") == [Array("secret".utf8)])
  }

  @Test func anErrorSaysWhatWhereAndWhy() throws {
    let root = try scratch.root(walksComponents: false)
    let error = #expect(throws: FileError.self) { _ = try root.open(Array("none".utf8), .readOnly) }
    #expect(error?.description == "cannot open `\(scratch.path)/none`: no such file or directory")
    #expect(error?.isMissing == true)
  }
}
