import COpenSSL

/// Whom TLS clients trust, the same for relays and control planes.
package enum TLSAuthorities {
    /// Makes a context trust the system's store (or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name), and an
    /// authority file in addition.
    ///
    /// - Parameters:
    ///   - context: an `SSL_CTX`.
    ///   - authorityFile: PEM.
    /// - Throws: `TLSFailure.unreadableAuthorityFile`.
    package static func trust(_ authorityFile: String?, in context: OpaquePointer) throws {
        try OpenSSLError.check(SSL_CTX_set_default_verify_paths(context), "SSL_CTX_set_default_verify_paths")
        if let authorityFile, SSL_CTX_load_verify_locations(context, authorityFile, nil) != 1 {
            ERR_clear_error()
            throw TLSFailure.unreadableAuthorityFile(authorityFile)
        }
    }
}
