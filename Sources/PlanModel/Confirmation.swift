/// How a person has to confirm a recovery before anything is touched.
public enum Confirmation: String, Sendable, CaseIterable {
  /// By typing the plan's name.
  case typed = "Typed"
}
