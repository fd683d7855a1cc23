import HostSystem
import Testing

@testable import Backends

@Suite struct MountTableTests {
  private let table = MountTable(
    mountinfo: """
      22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
      30 22 0:25 / /srv/with\\040blank rw - tmpfs tmpfs rw
      31 22 0:26 / /mnt/cd ro,nosuid - iso9660 /dev/sr0 ro
      32 22 8:1 /x /srv/file rw,relatime - ext4 /dev/sda1 rw
      33 30 0:27 / /srv/with\\040blank/inner rw - nfs4 host:/share rw
      not a line of the table
      """)

  @Test func theDeepestMountHoldsAPath() {
    #expect(table.mount(of: "/srv/with blank/a")?.type == "tmpfs")
    #expect(table.mount(of: "/srv/with blank/inner/a")?.type == "nfs4")
    #expect(table.mount(of: "/srv/with blanket")?.type == "ext4")
  }

  @Test func onlyMountPointsAreMountPoints() {
    #expect(table.isMountPoint("/srv/with blank"))
    #expect(table.isMountPoint("/srv/file"))
    #expect(!table.isMountPoint("/srv"))
  }

  @Test func mountsBelowAFolderAreFound() {
    #expect(table.mountPoint(below: "/srv") == "/srv/file")
    #expect(table.mountPoint(below: "/srv/with blank") == "/srv/with blank/inner")
    #expect(table.mountPoint(below: "/srv/with blank/inner") == nil)
    #expect(table.mountPoint(below: "/srv/fil") == nil)
    #expect(StagedRestoration.mountProblem("/srv", table)?.contains("carry the mount away") == true)
    #expect(StagedRestoration.mountProblem("/srv/other", table) == nil)
  }

  @Test func readOnlyMountsAreKnown() {
    #expect(table.mount(of: "/mnt/cd/file")?.isReadOnly == true)
    #expect(table.mount(of: "/home")?.isReadOnly == false)
  }

  @Test func theTableOfThisSystemHasARoot() throws {
    #expect(try MountTable.current().mount(of: "/proc")?.type == "proc")
  }
}
