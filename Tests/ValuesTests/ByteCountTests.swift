import Testing
import Values

@Suite struct ByteCountTests {
  @Test(arguments: [
    ("512B", 512), ("64KiB", 65_536), ("1.5GiB", 1_610_612_736), ("10MB", 10_000_000), ("2kB", 2000),
    ("1TiB", 1_099_511_627_776), ("0B", 0), ("3TB", 3_000_000_000_000), ("7GB", 7_000_000_000),
    ("1MiB", 1_048_576),
  ])
  func aSizeIsRead(_ text: String, _ bytes: Int64) { #expect(ByteCount(planText: text)?.bytes == bytes) }

  @Test(arguments: [
    "", "64", "64M", "64G", "64mib", "64 MiB", "-1B", "B", "1.2.3MiB", ".MiB", "½MiB", "1e3B", "0x10B",
    "99999999999TiB", "nanB", "infB", "64MiB ", "64Mi",
  ])
  func whatIsNoSizeIsRefused(_ text: String) { #expect(ByteCount(planText: text) == nil) }

  @Test(arguments: [
    (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_503_238_554, "1.4 GiB"),
    (104_857_600, "100.0 MiB"), (Int64.max, "8388608.0 TiB"), (1_048_575, "1.0 MiB"),
  ])
  func peopleReadABinaryUnit(_ bytes: Int64, _ expected: String) {
    #expect(ByteCount(bytes).description == expected)
  }

  @Test func countsAddUp() {
    var count = ByteCount(1024) + ByteCount(512)
    count += ByteCount(1)
    #expect(count == ByteCount(1537))
    #expect(ByteCount.zero < count)
  }
}
