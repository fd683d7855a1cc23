import CCrypto
public import Values

/// Computes SHA-256 with OpenSSL, which uses the processor's instructions for it.
///
/// One hasher serves one thread at a time and any number of digests after each other.
public final class SHA256Hasher {
  private let context: OpaquePointer

  /// A hasher that has seen nothing yet.
  public init() {
    // Both fail only without memory.
    guard let context = EVP_MD_CTX_new() else { preconditionFailure("no memory for a digest") }
    self.context = context
    restart()
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Forgets what it has seen.
  public func restart() {
    precondition(
      EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "SHA-256 is not available in this OpenSSL")
  }

  /// Adds bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    guard !bytes.isEmpty else { return }
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// Adds bytes.
  public func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// The digest of everything added since the last restart; then restarts.
  public func finish() -> SHA256Digest {
    let digest = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
      EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
      return SHA256Digest(bytes: buffer)
    }
    restart()
    guard let digest else { preconditionFailure("SHA-256 gives 32 bytes") }
    return digest
  }

  /// A second hasher that has seen the same bytes.
  public func copy() -> SHA256Hasher {
    let other = SHA256Hasher()
    precondition(EVP_MD_CTX_copy_ex(other.context, context) == 1, "no memory for a digest")
    return other
  }

  /// The digest of these bytes; whatever was added before is forgotten.
  public func digest(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
    restart()
    update(bytes)
    return finish()
  }

  /// The digest of these bytes.
  public static func digest(_ bytes: [UInt8]) -> SHA256Digest {
    let hasher = SHA256Hasher()
    hasher.update(bytes)
    return hasher.finish()
  }
}
