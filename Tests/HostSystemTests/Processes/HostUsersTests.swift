import HostSystem
import Testing

/// Users and groups by the names that every Linux has.
@Suite struct HostUsersTests {
  @Test func everyHostHasRoot() {
    #expect(HostUsers.name(of: 0) == "root")
    #expect(HostUsers.hasUser("root") && HostUsers.hasGroup("root"))
    #expect(HostUsers.groups(of: "root").contains("root"))
  }

  @Test func groupsAreNamedNotNumbered() {
    // Debian's `nobody` is in a group of another name than its own.
    #expect(HostUsers.groups(of: "nobody") == ["nogroup"])
    #expect(!HostUsers.hasGroup("nobody") && !HostUsers.hasUser("nogroup"))
  }

  @Test(arguments: ["", "nobody-of-this-name", "root:x", "0", "ro\not"]) func anyOtherNameIsNobodys(
    _ name: String
  ) {
    #expect(!HostUsers.hasUser(name) && !HostUsers.hasGroup(name))
    #expect(HostUsers.groups(of: name).isEmpty)
  }

  @Test func aNumberWithoutANameIsShownAsItIs() {
    #expect(HostUsers.name(of: 4_000_000_000) == "4000000000")
  }
}
