import Glibc

/// What a process must have before it begins anything.
public enum ProcessStart {
  /// How many files a process must be able to open at its start: what a run of a few steps at once has open.
  public static let leastFreeDescriptors = 64

  /// Makes sure that descriptors are there, and lets the runtime take those that it cannot do without.
  ///
  /// The library that times every wait opens three descriptors at the first one and ends the process with a trap when
  /// it gets none. So the first wait is here, where nothing has begun, and not in the middle of a restore.
  public static func prepare() async throws(DescriptorShortage) {
    var taken: [Int32] = []
    defer { for descriptor in taken { close(descriptor) } }
    while taken.count < leastFreeDescriptors {
      let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw DescriptorShortage(free: taken.count, number: errno) }
      taken.append(descriptor)
    }
    for descriptor in taken { close(descriptor) }
    taken = []
    // Cancelled or not, the timer is made.
    try? await Task.sleep(for: .nanoseconds(1))
  }
}

/// A process was started with too little room for open files.
public struct DescriptorShortage: Error, Sendable, Equatable, CustomStringConvertible {
  let free: Int
  let number: Int32

  /// For people.
  public var description: String {
    "only \(free) files can be opened, \(ProcessStart.leastFreeDescriptors) are needed: \(kernelErrorText(number))"
  }
}
