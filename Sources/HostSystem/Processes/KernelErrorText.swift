import Glibc

/// What the C library says about an `errno` value, starting in lower case: `no such file or directory`.
func kernelErrorText(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  let text = String(decoding: bytes, as: UTF8.self)
  // `RPC` and the like keep their capitals.
  guard text.dropFirst().first?.isUppercase == false else { return text }
  return text.prefix(1).lowercased() + text.dropFirst()
}
