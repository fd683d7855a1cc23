import Testing
import Values

@Suite struct NearestNameTests {
  @Test(arguments: [
    ("restore-order", "restore-orders"), ("restoreOrders", "restore-orders"),
    ("RESTORE_ORDERS", "restore-orders"),
    ("verify", "verify-all"), ("anounce", "announce"), ("annuonce", "announce"), ("Announce", "announce"),
    ("rtp", "rto"), ("verify-all-of-it", "verify-all"),
  ])
  func aSlipFindsItsName(_ word: String, _ expected: String) {
    #expect(NearestName.of(word, among: ["announce", "restore-orders", "verify-all", "rto"]) == expected)
  }

  @Test(arguments: ["x", "zz", "cleanup", "notify", "", "restore-ledger", "ann"])
  func anotherWordFindsNothing(_ word: String) {
    #expect(NearestName.of(word, among: ["announce", "restore-orders", "verify-all", "a", "id"]) == nil)
  }

  @Test func theNearestOfSeveralWins() {
    #expect(NearestName.of("ordrs", among: ["order", "orders", "ords"]) == "orders")
  }

  @Test func theFirstOfEquallyNearOnesWins() {
    #expect(NearestName.of("rxo", among: ["rpo", "rto"]) == "rpo")
  }

  @Test func noCandidatesGiveNothing() { #expect(NearestName.of("orders", among: [String]()) == nil) }

  @Test func aVeryLongWordIsNotCompared() {
    let word = String(repeating: "x", count: 5_000_000)
    #expect(NearestName.of(word, among: (0..<1000).map { "name-\($0)" }) == nil)
  }
}
