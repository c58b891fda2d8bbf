import COpenSSL

/// What the system libraries call themselves, for `pikachat doctor`.
package enum LibraryVersions {
    package static var openSSL: String {
        OpenSSL_version(OPENSSL_VERSION).map { String(cString: $0) } ?? "unknown"
    }
}
