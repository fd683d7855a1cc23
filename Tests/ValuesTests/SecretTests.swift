import Testing
import Values

@Suite struct SecretTests {
  private struct Holder {
    let user = "orders"
    let password: Secret
    let more: [Secret]
    let maybe: Secret?
    let byName: [String: Secret]
  }

  private let word = "hunter2-very-secret"
  private var secret: Secret { Secret(word) }
  private var holder: Holder {
    Holder(password: secret, more: [secret], maybe: secret, byName: ["key": secret])
  }

  private func dumped(_ value: Any) -> String {
    var text = ""
    dump(value, to: &text)
    return text
  }

  @Test func itPrintsAsStars() {
    #expect("\(secret)" == "***")
    #expect(String(describing: secret) == "***")
    #expect(String(reflecting: secret) == "***")
  }

  @Test func dumpDoesNotShowIt() {
    #expect(!dumped(secret).contains(word))
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test func whatHoldsItDoesNotShowIt() {
    #expect(!"\(holder)".contains(word))
    #expect(!String(reflecting: holder).contains(word))
    #expect(!dumped(holder).contains(word))
    #expect("\(holder)".contains("orders"))
  }

  @Test func anErrorThatHoldsItDoesNotShowIt() {
    struct Refused: Error { let secret: Secret }
    #expect(!"\(Refused(secret: secret))".contains(word))
    #expect(!String(reflecting: Refused(secret: secret)).contains(word))
  }

  @Test func revealHandsItOver() { #expect(secret.reveal { $0 } == word) }

  @Test func revealPassesErrorsOn() {
    struct Full: Error {}
    #expect(throws: Full.self) { try secret.reveal { (_: String) throws(Full) in throw Full() } }
  }

  @Test func secretsCompareByValue() {
    #expect(secret == Secret(word))
    #expect(secret != Secret("other"))
  }
}
