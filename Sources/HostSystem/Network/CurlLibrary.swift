import CSystemShims
import Glibc

/// libcurl, loaded at first use.
// Unchecked: the table behind the pointer is written once, before anybody else can see it, and never freed.
struct CurlLibrary: @unchecked Sendable {
  /// The table of functions.
  let table: OpaquePointer

  /// The one of this process, or why there is none.
  static let shared = Result<CurlLibrary, HTTPError> { () throws(HTTPError) in
    try CurlLibrary(names: ["libcurl.so.4", "libcurl-gnutls.so.4"])
  }

  /// Loads the first library of these names that there is.
  init(names: [String]) throws(HTTPError) {
    var reason = [CChar](repeating: 0, count: 512)
    // Freed below: `strdup` gives nil only when memory is out, and dlopen takes nil for the program itself.
    let copies = names.map { UnsafePointer(strdup($0)) }
    defer { for copy in copies { free(UnsafeMutablePointer(mutating: copy)) } }
    guard let table = drp_curl_load(copies, copies.count, &reason, reason.count) else {
      let text = String(decoding: reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw HTTPError(
        .libraryMissing, host: "", "libcurl could not be loaded (\(text)); install the package `libcurl4`")
    }
    self.table = table
  }
}
