import Glibc

exit(OrdersExample.run(Array(CommandLine.arguments.dropFirst())))
