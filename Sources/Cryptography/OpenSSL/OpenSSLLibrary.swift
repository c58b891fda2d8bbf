import COpenSSL

/// Settings of the OpenSSL library as a whole.
package enum OpenSSLLibrary {
    /// Prevents OpenSSL from cleaning up in `exit()`. By default it frees its locks there while other threads
    /// may still be encrypting, which results in a crash instead of an exit status. Must be called before
    /// anything else in this module.
    ///
    /// - Returns: false if OpenSSL was already in use or cannot be initialized.
    @discardableResult
    package static func keepUntilProcessEnds() -> Bool {
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1
    }
}
