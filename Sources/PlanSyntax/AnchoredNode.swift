/// An anchored value: what an alias of it yields, and what that costs.
struct AnchoredNode {
  /// The value.
  var node: Node
  /// How many nodes it is, itself included.
  var size: Int
  /// How many levels of collections it spans.
  var height: Int
}
