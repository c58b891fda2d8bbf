import COpenSSL

/// Why a TLS session failed. The relay layer adds the name of the relay.
package enum TLSFailure: Error, Equatable, CustomStringConvertible {
    /// The peer's certificate is not trusted. The text is OpenSSL's reason ("certificate has expired", …).
    case untrusted(String)
    /// The certificate authority file that the user specified could not be read.
    case unreadableAuthorityFile(String)
    /// Any other protocol failure.
    case protocolFailure(String)

    package var description: String {
        switch self {
        case .untrusted(let reason):
            "the server's certificate is not trusted: \(reason). Check the host name, or specify its certificate authority with --ca-file"
        case .unreadableAuthorityFile(let path):
            "cannot read certificate authorities from \(path) (PEM expected)"
        case .protocolFailure(let reason): "TLS failed: \(reason)"
        }
    }
}

/// A TLS client session without I/O: it converts between bytes from or for the socket and plaintext, by means
/// of memory BIOs.
///
/// Uses TLS 1.2 or newer with server name indication. Peer and host name are verified against the system's
/// trust store and, if given, an additional authority file. It owns no socket and never blocks.
package final class TLSSession {
    private let context: OpaquePointer
    private let session: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    package private(set) var isEstablished = false
    /// Whether the peer has sent close_notify. If a connection ends without it, data may have been cut off.
    package private(set) var isClosedByPeer = false

    /// - Parameters:
    ///   - hostName: for SNI and verification; an IP address is verified as an address.
    ///   - authorityFile: PEM file with authorities to trust in addition to the system's store.
    package init(hostName: String, authorityFile: String? = nil) throws {
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw OpenSSLError.drained("SSL_CTX_new")
        }
        self.context = context
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()),
            let session = SSL_new(context)
        else {
            SSL_CTX_free(context)
            throw OpenSSLError.drained("SSL_new")
        }
        (self.incoming, self.outgoing, self.session) = (incoming, outgoing, session)
        SSL_set_bio(session, incoming, outgoing)  // From here on the session owns both BIOs.
        pika_BIO_set_mem_eof_return(incoming, -1)
        try OpenSSLError.check(
            pika_SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), "SSL_CTX_set_min_proto_version")
        try TLSAuthorities.trust(authorityFile, in: context)
        SSL_set_verify(session, SSL_VERIFY_PEER, nil)
        let parameters = SSL_get0_param(session)
        if X509_VERIFY_PARAM_set1_ip_asc(parameters, hostName) != 1 {
            ERR_clear_error()
            try OpenSSLError.check(
                X509_VERIFY_PARAM_set1_host(parameters, hostName, hostName.utf8.count), "set1_host")
            try OpenSSLError.check(pika_SSL_set_tlsext_host_name(session, hostName), "set_tlsext_host_name")
        }
        SSL_set_connect_state(session)
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    /// Passes in bytes received from the socket.
    package func receive(_ bytes: [UInt8]) throws {
        guard !bytes.isEmpty else { return }
        let written = BIO_write(incoming, bytes, Int32(bytes.count))
        guard written == bytes.count else { throw OpenSSLError.drained("BIO_write") }
    }

    /// Removes and returns the bytes to be sent to the socket.
    package func takeOutgoing() -> [UInt8] {
        let pending = pika_BIO_ctrl_pending(outgoing)
        guard pending > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: pending)
        let read = BIO_read(outgoing, &bytes, Int32(pending))
        return read > 0 ? Array(bytes.prefix(Int(read))) : []
    }

    /// Advances the handshake as far as the received bytes allow. `isEstablished` tells whether it is
    /// complete.
    package func advanceHandshake() throws {
        guard !isEstablished else { return }
        let result = SSL_do_handshake(session)
        if result == 1 {
            isEstablished = true
        } else {
            try throwUnlessWaiting(result)
        }
    }

    /// Decrypts all plaintext that is available from the received bytes.
    package func readPlaintext() throws -> [UInt8] {
        var plaintext: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let read = SSL_read(session, &buffer, Int32(buffer.count))
            if read > 0 {
                plaintext.append(contentsOf: buffer.prefix(Int(read)))
            } else {
                try throwUnlessWaiting(read)
                return plaintext
            }
        }
    }

    /// Encrypts plaintext; `takeOutgoing()` returns the result.
    package func write(_ plaintext: [UInt8]) throws {
        var offset = 0
        while offset < plaintext.count {
            let written = plaintext.withUnsafeBytes {
                SSL_write(session, $0.baseAddress.map { $0 + offset }, Int32($0.count - offset))
            }
            guard written > 0 else {
                try throwUnlessWaiting(written)
                throw TLSFailure.protocolFailure("the session is not ready to send")
            }
            offset += Int(written)
        }
    }

    /// Queues close_notify.
    package func close() { _ = SSL_shutdown(session) }

    private func throwUnlessWaiting(_ result: Int32) throws {
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE:
            return
        case SSL_ERROR_ZERO_RETURN:
            isClosedByPeer = true
        default:
            let verification = SSL_get_verify_result(session)
            if verification != X509_V_OK, let text = X509_verify_cert_error_string(verification) {
                ERR_clear_error()
                throw TLSFailure.untrusted(String(cString: text))
            }
            throw TLSFailure.protocolFailure("\(OpenSSLError.drained("TLS"))")
        }
    }
}
