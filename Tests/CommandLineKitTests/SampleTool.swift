import CommandLineKit

/// A tool with one of everything.
enum SampleTool {
  static let state = Option(
    "state", value: .required("DIR"), completion: .folders, "where it keeps its records")
  static let format = Option(
    "format", letter: "f", value: .required("FORMAT"), choices: ["text", "json"], "how it prints")
  static let param = Option(
    "param", value: .required("K=V"), isRepeatable: true, "a value for the plan's parameter")
  static let dryRun = Option(
    "dry-run", letter: "n", value: .optional("KIND", default: "static"), choices: ["static", "probe"],
    "changes nothing")
  static let strict = Option("strict", "counts warnings as errors")
  static let events = Option(
    "events", value: .required("FILE"), completion: .files, "copies events to a file")

  static let run = CommandDeclaration(
    "run", summary: "run a plan",
    discussion: "Says what it'll do `first`.\n\n.Then does it: C:\\path \"quoted\" ~/x ^1.",
    examples: [.init("tool run --param 'a=b' plan.yaml", "run it")],
    arguments: [Argument("PLAN", "the plan's file", completion: .files)],
    options: [state, format, param, dryRun, events])
  static let validate = CommandDeclaration(
    "validate", summary: "check plans",
    arguments: [Argument("PLAN", "the plan's file", count: .many, completion: .files)],
    options: [strict, format])
  static let show = CommandDeclaration(
    "show", summary: "show one run",
    arguments: [Argument("RUN", "the run"), Argument("STEP", "one step of it", count: .optional)])
  static let list = CommandDeclaration("list", summary: "list runs", options: [state])
  static let runs = CommandDeclaration("runs", summary: "records of runs", subcommands: [list, show])
  static let explain = CommandDeclaration(
    "explain", summary: "explain a word",
    arguments: [
      Argument("WORD", "a code or kind", count: .any, completion: .words(["DRP101", "run", "SQLite"]))
    ])

  static let root = CommandDeclaration(
    "tool", summary: "does a thing", discussion: "First paragraph.\n\nSecond one, isn't it.",
    subcommands: [run, validate, runs, explain])
}
