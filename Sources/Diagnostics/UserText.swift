/// Shows text that somebody else wrote, inside a message.
public enum UserText {
  /// The text in backticks, cut after 60 characters: a message stays one readable line whatever the plan holds.
  public static func quoted(_ text: some StringProtocol) -> String {
    guard text.utf8.count > 60 else { return "`\(text)`" }
    let head = text.unicodeScalars.prefix(60)
    let isCut = head.endIndex != text.unicodeScalars.endIndex
    return "`\(String(String.UnicodeScalarView(head)))\(isCut ? "…" : "")`"
  }
}
