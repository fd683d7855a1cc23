import Testing

@testable import HostSystem

@Suite struct WritebackErrorsTests {
  @Test(arguments: ["5.8", "5.8.0-rc1", "5.10.0-30-amd64", "6.1.0", "6.18.44-x", "10.0"])
  func kernelsSince5Dot8TellForTheFileSystem(release: String) {
    #expect(WritebackErrors.areTold(release: release))
  }

  @Test(arguments: ["5.7.19", "5.4.0-200-generic", "4.19.0", "3.10.0-1160.el7.x86_64", "", "five", "6"])
  func olderOnesAndThoseThatAreNotKnownDoNot(release: String) {
    #expect(!WritebackErrors.areTold(release: release))
  }
}
