import CommandLineKit
import Testing

@Suite struct HelpTextTests {
  @Test func theToolsHelpListsItsCommands() {
    #expect(
      HelpText.text(for: [SampleTool.root], width: 80) == """
        Does a thing.

        Usage: tool COMMAND

        First paragraph.

        Second one, isn't it.

        Commands:
          run       run a plan
          validate  check plans
          runs      records of runs
          explain   explain a word

        Options:
          -h, --help  show this help

        `tool COMMAND --help` tells more about a command.

        """)
  }

  @Test func aCommandsHelpBeginsWithLinesToCopy() {
    #expect(
      HelpText.text(for: [SampleTool.root, SampleTool.validate], width: 60) == """
        Check plans.

        Usage: tool validate [OPTIONS] PLAN...

        Arguments:
          PLAN...  the plan's file

        Options:
          --strict             counts warnings as errors
          -f, --format FORMAT  how it prints (text, json)
          -h, --help           show this help

        """)
    let lines = HelpText.text(for: [SampleTool.root, SampleTool.run], width: 60).split(separator: "\n")
    #expect(lines[2] == "Examples:")
    #expect(lines[3] == "  tool run --param 'a=b' plan.yaml")
  }

  @Test func usageShowsHowManyArguments() {
    #expect(
      HelpText.usage(of: [SampleTool.root, SampleTool.runs, SampleTool.show]) == "tool runs show RUN [STEP]")
    #expect(HelpText.usage(of: [SampleTool.root, SampleTool.explain]) == "tool explain [WORD...]")
    #expect(HelpText.usage(of: [SampleTool.root, SampleTool.runs]) == "tool runs COMMAND")
  }

  @Test(arguments: [40, 60, 80, 120]) func noLineOfProseIsTooLong(_ width: Int) {
    let command = CommandDeclaration(
      "run", summary: String(repeating: "word ", count: 40),
      discussion: String(repeating: "longer words ", count: 40),
      options: [Option("a", String(repeating: "many words ", count: 20))])
    for line in HelpText.text(for: [command], width: width).split(separator: "\n") {
      #expect(line.count <= width)
    }
  }

  @Test func aLongWordHasALineOfItsOwn() {
    #expect(TextWrap.lines("a incomprehensible b", width: 5) == ["a", "incomprehensible", "b"])
    #expect(TextWrap.lines("", width: 5) == [])
  }
}
