import HostSystem

/// A reusable piece of memory that travels with a job from thread to thread.
// Exactly one job holds a block at a time and hands it on through a queue, whose lock orders the accesses.
final class RawBlock: @unchecked Sendable {
  private(set) var bytes: UnsafeMutableRawBufferPointer
  /// How much of it is in use.
  var count = 0

  init(capacity: Int) { bytes = Self.allocate(capacity) }

  deinit { bytes.deallocate() }

  /// What is in use.
  var content: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[..<count]) }

  /// Makes room for `capacity` bytes; what is in use stays.
  func reserve(_ capacity: Int) {
    guard capacity > bytes.count else { return }
    let larger = Self.allocate(max(capacity, min(bytes.count * 2, capacity + (4 << 20))))
    larger.copyMemory(from: content)
    bytes.deallocate()
    bytes = larger
  }

  /// Adds bytes at the end.
  func append(_ more: [UInt8]) {
    reserve(count + more.count)
    UnsafeMutableRawBufferPointer(rebasing: bytes[count..<count + more.count]).copyBytes(from: more)
    count += more.count
  }

  /// Adds zeros at the end.
  func appendZeros(_ zeros: Int) {
    reserve(count + zeros)
    UnsafeMutableRawBufferPointer(rebasing: bytes[count..<count + zeros]).initializeMemory(
      as: UInt8.self, repeating: 0)
    count += zeros
  }

  private static func allocate(_ capacity: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: max(capacity + 4095, 1) & ~4095, alignment: 4096)
  }
}

/// Blocks waiting for their next use, so that the memory of a run is mapped once.
final class RawBlockPool: Sendable {
  private let free = Guarded<[RawBlock]>([])

  /// An empty block with at least that much room.
  func take(_ capacity: Int) -> RawBlock {
    let found = free.with { free -> RawBlock? in
      free.lastIndex { $0.bytes.count >= capacity }.map { free.remove(at: $0) }
    }
    found?.count = 0
    if let found { return found }
    // In powers of two, so that slightly different sizes share blocks; what is not touched takes no memory.
    var rounded = 64 << 10
    while rounded < capacity { rounded *= 2 }
    return RawBlock(capacity: rounded)
  }

  /// Gives a block back.
  func put(_ block: RawBlock) { free.with { $0.append(block) } }
}
