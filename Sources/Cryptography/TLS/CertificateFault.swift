import COpenSSL

/// What is wrong with a server's certificate.
package enum CertificateFault: Equatable, Sendable {
    /// Nobody whom we trust vouches for it; OpenSSL's reason.
    case unknownAuthority(String)
    case expired
    case notYetValid
    /// It is for another host.
    case wrongName
    /// OpenSSL's reason.
    case other(String)

    /// - Parameter code: OpenSSL's `X509_V_ERR_…`; nil for none of them.
    package init?(verification code: Int) {
        let text = X509_verify_cert_error_string(code).map { String(cString: $0) } ?? "code \(code)"
        switch Int32(truncatingIfNeeded: code) {
        // Unspecified: nothing was checked.
        case X509_V_OK, X509_V_ERR_UNSPECIFIED: return nil
        case X509_V_ERR_CERT_HAS_EXPIRED: self = .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: self = .notYetValid
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: self = .wrongName
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
            self = .unknownAuthority(text)
        default: self = .other(text)
        }
    }
}
