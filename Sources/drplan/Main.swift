import Commands
import Glibc

/// The program: everything else is in `Commands`.
@main
enum Main {
  static func main() async {
    exit(await DrplanTool.run(Array(CommandLine.arguments.dropFirst())))
  }
}
