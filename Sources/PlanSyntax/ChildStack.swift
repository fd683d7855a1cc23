/// The children of all collections that are open, the innermost last.
///
/// Closing a collection moves its children into an array of their exact number: one allocation each, and no child is
/// copied.
struct ChildStack<Child>: ~Copyable {
  private var buffer: UnsafeMutablePointer<Child>
  private var capacity: Int
  /// How many children there are in all open collections.
  private(set) var count = 0

  init() {
    capacity = 64
    buffer = .allocate(capacity: capacity)
  }

  deinit {
    buffer.deinitialize(count: count)
    buffer.deallocate()
  }

  /// Adds a child to the innermost collection.
  mutating func push(_ child: consuming Child) {
    if count == capacity { grow() }
    (buffer + count).initialize(to: child)
    count += 1
  }

  /// The children from `base` on, which stay.
  func children(from base: Int) -> UnsafeBufferPointer<Child> {
    UnsafeBufferPointer(start: buffer + base, count: count - base)
  }

  /// Takes the children from `base` on.
  mutating func pop(from base: Int) -> [Child] {
    let taken = count - base
    guard taken > 0 else { return [] }
    let source = buffer + base
    count = base
    return Array(unsafeUninitializedCapacity: taken) { target, initialized in
      target.baseAddress?.moveInitialize(from: source, count: taken)
      initialized = taken
    }
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<Child>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: buffer, count: count)
    buffer.deallocate()
    buffer = larger
    capacity *= 2
  }
}
