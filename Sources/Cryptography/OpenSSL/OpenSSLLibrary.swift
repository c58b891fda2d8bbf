import COpenSSL

/// The library as a whole.
package enum OpenSSLLibrary {
    /// Keeps OpenSSL alive to the very end of the process. By itself it frees its locks in `exit()`, while other threads may
    /// still be encrypting: a crash instead of an exit status. Call before anything else of this module.
    ///
    /// - Returns: false when OpenSSL was in use already, or cannot start.
    @discardableResult
    package static func keepUntilProcessEnds() -> Bool {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
    }
}
