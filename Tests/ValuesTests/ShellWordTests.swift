import Testing
import Values

@Suite struct ShellWordTests {
  @Test(arguments: [
    ("/var/lib/drplan", "/var/lib/drplan"), ("", "''"), ("a b", "'a b'"), ("$HOME", "'$HOME'"),
    ("it's", "'it'\\''s'"), ("a;rm", "'a;rm'"), ("grün", "'grün'"),
  ])
  func aTextIsOneWord(_ text: String, _ word: String) {
    #expect(ShellWord.quoted(text) == word)
  }
}
