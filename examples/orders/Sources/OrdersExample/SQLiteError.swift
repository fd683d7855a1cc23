/// What SQLite answered: its result code and its own words.
struct SQLiteError: Error {
  let code: Int32
  let message: String
}
