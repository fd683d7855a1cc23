public import BackendKit
public import Declarations

/// The engines of this version, and the actions that move data.
public enum EnginesRegistry {
  /// What holds data.
  public static let engineFamily = KindFamily<any DatabaseEngine>(
    noun: "engine", key: "engine",
    entries: [
      .init(SQLiteEngine.declaration) { SQLiteEngine($0) },
      .init(FilesEngine.declaration) { FilesEngine($0) },
    ],
    later: [
      LaterKey("PostgreSQL", "a PostgreSQL server, by pg_basebackup or pgBackRest"),
      LaterKey("MariaDB", "a MariaDB server, by mariadb-backup"),
      LaterKey("JetStream", "streams and consumers of a NATS JetStream server"),
      LaterKey("Aerospike", "namespaces of an Aerospike cluster, by asbackup and asrestore"),
    ])
}
