import DrplanTestKit
import HostSystem
import Testing

@testable import Backends

/// Published data is known again, and nothing else is taken for it.
@Suite struct PublicationMarkTests {
  @Test func aFileIsKnownUnderEveryNameAndNoOtherOneWithItsNumber() throws {
    let scratch = try ScratchFolder()
    try scratch.write("orders.db", "data")
    let path = scratch.file("orders.db")
    let status = try #require(try HostPath.status(path))
    let born = HostPath.birth(path)
    let mark = PublicationMark(status, born: born)
    #expect(try mark.isAt(path))
    #expect(try PublicationMark(mark.text)?.isAt(path) == true)
    let moved = scratch.file("orders.db.undone")
    try AtomicRename.moveWithoutReplacing(path, to: moved)
    #expect(try !mark.isAt(path))
    #expect(try mark.isAt(moved))
    // As a journal of before has it.
    #expect(try PublicationMark("1:\(status.inode)")?.isAt(moved) == true)
    #expect(try PublicationMark("1:\(status.inode &+ 1)")?.isAt(moved) == false)
    // Another file with the number of one that is gone; a file system may not tell.
    if let born { #expect(try PublicationMark("1:\(status.inode):\(born - 1)")?.isAt(moved) == false) }
  }

  @Test(arguments: ["", "1", "1:", "a:2", "1:2:", "1:2:x", "1:2:3:4"]) func garbageIsNoMark(text: String) {
    #expect(PublicationMark(text) == nil)
  }
}
