import Diagnostics
import DrplanTestKit
import PlanSyntax
import Testing

@Suite struct AnchorTests {
  @Test func anAliasIsACopyThatStandsWhereItsTextStands() {
    let plan = Parsed("a: &x {b: 1️⃣c2️⃣}\nd: *x\n")
    #expect(plan.tree == "{a: {b: c}, d: {b: c}}")
    #expect(plan.root?["d"]?["b"]?.range == plan["1️⃣", "2️⃣"])
  }

  @Test func aCollectionThatEndsWithAnAliasEndsBehindTheAlias() {
    let plan = Parsed("a: &x 1m\nb:\n  1️⃣c: *x2️⃣\nd:\n  - 3️⃣*x\n  - *x4️⃣\n")
    #expect(plan.root?["b"]?.range == plan["1️⃣", "2️⃣"])
    #expect(plan.root?["d"]?.range == plan["3️⃣", "4️⃣"])
  }

  @Test func anAnchorMayBeSetAnew() {
    #expect(Parsed("[&a 1, *a, &a 2, *a]").tree == "[1, 1, 2, 2]")
  }

  @Test func anAliasOfTextMayBeAKey() {
    #expect(Parsed("a: &x name\n*x : b\n").tree == "{a: name, name: b}")
  }

  @Test func aMergedMappingComesWhereItsKeyStandsAndOwnKeysWin() {
    let plan = Parsed("base: &b {x: 1, y: 2}\nuse: {z: 3, <<: *b, y: 4}\n")
    #expect(plan.codes.isEmpty)
    #expect(plan.root?["use"].map(Parsed.flow) == "{z: 3, x: 1, y: 4}")
  }

  @Test func theFirstOfSeveralMergedMappingsWins() {
    let plan = Parsed("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b]}\n")
    #expect(plan.root?["c"].map(Parsed.flow) == "{x: 1, y: 1, z: 2}")
  }

  @Test func anAliasOfAMergedMappingHasTheMergedKeys() {
    let plan = Parsed("a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: *b\n")
    #expect(plan.root?["c"].map(Parsed.flow) == "{x: 1, y: 2}")
  }

  @Test func aQuotedMergeKeyIsAnOrdinaryKey() {
    #expect(Parsed("'<<': x\n").tree == "{<<: x}")
  }

  @Test(arguments: ["{1️⃣<<2️⃣: 1}", "{1️⃣<<2️⃣: [{a: b}, c]}"])
  func aMergeOfSomethingElseIsRefused(text: String) {
    let plan = Parsed(text)
    #expect(plan.codes == ["DRP008"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func aSecondMergeKeyIsADoubledKey() {
    #expect(Parsed("{<<: {a: b}, <<: {c: d}}").codes == ["DRP003"])
  }

  @Test func anAliasInsideItsOwnAnchorIsRefused() {
    let plan = Parsed("a: &x\n  b: 1️⃣*x2️⃣\n")
    #expect(plan.codes == ["DRP008"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
  }

  @Test func anAliasOfNothingNamesTheNearestAnchor() {
    let plan = Parsed("a: &retries {x: 1}\nb: 1️⃣*retires2️⃣\n")
    #expect(plan.codes == ["DRP001"])
    #expect(plan.ranges == [plan["1️⃣", "2️⃣"]])
    #expect(plan.diagnostics.first?.hint == "did you mean `*retries`?")
  }

  @Test(arguments: [
    "!vault x", "!!binary aGk=", "!<tag:example.com,2000:x> x", "!!map x", "!!seq {a: b}", "!!int '3'",
  ])
  func aTagThatDoesNotFitIsRefused(text: String) {
    #expect(Parsed("a: \(text)\n").codes == ["DRP008"])
  }

  @Test func coreTagsThatFitAreAccepted() {
    let plan = Parsed("a: !!str 12\nb: !!map {c: !!int 3}\nd: !!seq [! x, !!null ~]\n")
    #expect(plan.codes.isEmpty)
    #expect(plan.tree == "{a: '12', b: {c: 3}, d: ['x', ~]}")
  }
}
