/// The smallest of a changing set of values, in logarithmic time.
struct MinHeap<Element: Comparable & Sendable>: Sendable {
  private var elements: [Element] = []

  /// The smallest.
  var min: Element? { elements.first }

  /// Adds a value; equal values are kept side by side.
  mutating func insert(_ element: Element) {
    elements.append(element)
    var child = elements.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard elements[child] < elements[parent] else { return }
      elements.swapAt(child, parent)
      child = parent
    }
  }

  /// Takes the smallest out.
  mutating func popMin() -> Element? {
    guard let smallest = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return smallest }
    elements[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in (2 * parent + 1)...(2 * parent + 2)
      where child < elements.count && elements[child] < elements[least] {
        least = child
      }
      guard least != parent else { return smallest }
      elements.swapAt(parent, least)
      parent = least
    }
  }
}
