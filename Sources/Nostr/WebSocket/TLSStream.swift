import Vocabulary
import Cryptography

/// A byte stream over TLS: `TLSSession` implements the protocol, and the inner stream transports the records.
package actor TLSStream: ByteStream {
    private let session: TLSSession
    private let inner: any ByteStream

    /// Performs the TLS handshake on a connected stream.
    package init(over inner: any ByteStream, hostName: String, authorityFile: String?) async throws {
        session = try TLSSession(hostName: hostName, authorityFile: authorityFile)
        self.inner = inner
        while true {
            // Even after a failed handshake there may be an alert to send.
            let outcome = Result { try session.advanceHandshake() }
            let outgoing = session.takeOutgoing()
            if !outgoing.isEmpty { try await inner.write(outgoing) }
            try outcome.get()
            if session.isEstablished { return }
            let bytes = try await inner.read(maximum: 16_384)
            guard !bytes.isEmpty else {
                throw TLSFailure.protocolFailure("the server closed the connection during the handshake")
            }
            try session.receive(bytes)
        }
    }

    package func read(maximum: Int) async throws -> [UInt8] {
        while true {
            let plaintext = try session.readPlaintext()
            // Renegotiation and key updates may require a response.
            let outgoing = session.takeOutgoing()
            if !outgoing.isEmpty { try await inner.write(outgoing) }
            if !plaintext.isEmpty || session.isClosedByPeer { return plaintext }
            let bytes = try await inner.read(maximum: 16_384)
            guard !bytes.isEmpty else {
                throw TLSFailure.protocolFailure(
                    "the connection ended without a TLS close_notify; data may be missing")
            }
            try session.receive(bytes)
        }
    }

    package func write(_ bytes: [UInt8]) async throws {
        try session.write(bytes)
        try await inner.write(session.takeOutgoing())
    }

    package func close() async {
        session.close()
        let outgoing = session.takeOutgoing()
        let inner = inner
        // Give a peer that does not read one second to receive close_notify, then close the socket.
        if !outgoing.isEmpty {
            try? await withDeadline(.seconds(1), clock: ContinuousClock()) { try await inner.write(outgoing) }
        }
        await inner.close()
    }
}
