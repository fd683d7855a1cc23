import BackendKit
import Declarations

extension DatabaseEngine {
  fileprivate static var entry: KindFamily<any DatabaseEngine>.Entry { .init(declaration) { Self($0) } }
}

/// What holds data, in the order of the reference.
let engineFamily = KindFamily<any DatabaseEngine>(
  noun: "engine", key: "engine",
  entries: [SQLiteEngine.entry, FilesEngine.entry],
  later: [
    LaterKey("PostgreSQL", "a PostgreSQL server, by pg_basebackup or pgBackRest"),
    LaterKey("MariaDB", "a MariaDB server, by mariadb-backup"),
    LaterKey("JetStream", "streams and consumers of a NATS JetStream server"),
    LaterKey("Aerospike", "namespaces of an Aerospike cluster, by asbackup and asrestore"),
  ])
