/// The program: finds the verb, runs it, turns an error into a line on stderr and an exit code.
enum OrdersExample {
  static let help = """
    usage: orders-example seed DIR [--orders N] [--force]
           orders-example serve --database PATH --port P
           orders-example disaster --database PATH --attachments DIR --pid-file F

    A small order service to practise recovery on: `seed` makes its data, `serve` is the service, `disaster`
    destroys both. examples/orders/README.md walks through it.

    exit codes: 0 done, 1 failed, 2 wrong usage or refused before anything was touched
    """

  /// Runs one command line and answers the exit code.
  static func run(_ words: [String]) -> Int32 {
    guard let verb = words.first, verb != "--help", verb != "help" else {
      Console.print(help)
      return words.isEmpty ? 2 : 0
    }
    let rest = Array(words.dropFirst())
    if rest.contains("--help") {
      Console.print(help)
      return 0
    }
    do throws(ExampleError) {
      switch verb {
      case "seed": try SeedCommand.run(rest)
      case "serve": try ServeCommand.run(rest)
      case "disaster": try DisasterCommand.run(rest)
      default: throw .usage("no verb is called `\(verb)`: use seed, serve or disaster")
      }
      return 0
    } catch {
      Console.complain("orders-example: \(error.message)")
      return error.exitCode
    }
  }
}
