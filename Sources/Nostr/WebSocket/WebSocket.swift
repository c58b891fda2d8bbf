import Vocabulary
import Cryptography

/// An open WebSocket (RFC 6455) over any byte stream. It answers pings, never interleaves frames, and limits
/// what it buffers.
package actor WebSocket {
    /// The connection is dropped when a received message, or the backlog of bytes to send, exceeds its limit.
    package static let maximumMessageBytes = 4 << 20
    package static let maximumBacklogBytes = 16 << 20

    /// How a connection ended.
    package enum Closure: Error, Equatable, CustomStringConvertible {
        case byPeer(CloseCode?, String)
        case streamEnded
        case violation(WebSocketViolation)
        case backlogFull

        package var description: String {
            switch self {
            case .byPeer(let code, let reason):
                "closed by the peer" + (code.map { " with code \($0)" } ?? "")
                    + (reason.isEmpty ? "" : ": \(reason.cut(to: 200))")
            case .streamEnded: "the connection was lost"
            case .violation(let violation): "the peer violated the WebSocket protocol: \(violation)"
            case .backlogFull: "the peer stopped reading"
            }
        }
    }

    private let stream: any ByteStream
    private let encoder: FrameEncoder
    private var decoder: FrameDecoder
    private var backlog: [UInt8] = []
    private var flushing: Task<Void, Never>?
    private var hasSentClose = false
    /// Whether anything has been received since the last `ping()`; true before the first one.
    package private(set) var heardSinceLastPing = true

    package init(
        over stream: any ByteStream, role: WebSocketRole, leftover: [UInt8] = [],
        maximumMessageBytes: Int = WebSocket.maximumMessageBytes, random: any RandomSource
    ) {
        self.stream = stream
        encoder = FrameEncoder(role: role, random: random)
        decoder = FrameDecoder(role: role, maximumMessageBytes: maximumMessageBytes)
        decoder.append(leftover)
    }

    /// Opens a client connection on a connected stream (§4.1).
    package static func open(
        over stream: any ByteStream, host: String, path: String, random: any RandomSource
    ) async throws -> WebSocket {
        let key = try Handshake.makeKey(random: random)
        try await stream.write(Handshake.request(host: host, path: path, key: key).encoded)
        var received: [UInt8] = []
        while true {
            let bytes = try await stream.read(maximum: 8192)
            guard !bytes.isEmpty else { throw Closure.streamEnded }
            received += bytes
            guard let (head, length) = try HTTPHead.parse(received) else { continue }
            try Handshake.validate(response: head, key: key)
            return WebSocket(
                over: stream, role: .client, leftover: Array(received.dropFirst(length)), random: random)
        }
    }

    /// The next text message. Binary messages are a violation, because NIP-01 does not use them.
    ///
    /// - Throws: `Closure` when the connection has ended.
    package func nextText() async throws -> String {
        while true {
            do {
                while let output = try decoder.next() {
                    switch output {
                    case .text(let text): return text
                    case .binary:
                        throw WebSocketViolation(.unsupportedData, "binary messages are not supported")
                    case .ping(let payload): try await send(Frame(.pong, payload))
                    case .pong: break
                    case .close(let code, let reason):
                        await close(code ?? .normal)
                        throw Closure.byPeer(code, reason)
                    }
                }
            } catch let violation as WebSocketViolation {
                await close(violation.code, violation.description)
                throw Closure.violation(violation)
            }
            let bytes = try await stream.read(maximum: 65_536)
            guard !bytes.isEmpty else { throw Closure.streamEnded }
            heardSinceLastPing = true
            decoder.append(bytes)
        }
    }

    /// Queues a text message and returns without waiting for the peer to read it. Messages are sent in order.
    ///
    /// - Throws: `Closure.backlogFull` when the peer has stopped reading.
    package func send(text: String) async throws { try await send(Frame(.text, Array(text.utf8))) }

    package func ping() async throws {
        heardSinceLastPing = false
        try await send(Frame(.ping))
    }

    /// Sends a close frame, unless one has been sent, and closes the stream. Waits at most one second for a
    /// peer that does not read.
    package func close(_ code: CloseCode = .normal, _ reason: String = "") async {
        // A peer with a backlog would not get to see the frame anyway.
        if !hasSentClose, flushing == nil, let frame = try? encoder.encode(.close(code, reason)) {
            hasSentClose = true
            let stream = stream
            // A failure does not matter: the stream is closed either way.
            try? await withDeadline(.seconds(1), clock: ContinuousClock()) { try await stream.write(frame) }
        }
        await stream.close()
    }

    /// Appends to the backlog, which a single task writes out, so that a slow peer delays nobody else.
    private func send(_ frame: Frame) async throws {
        guard backlog.count < Self.maximumBacklogBytes else {
            await stream.close()
            throw Closure.backlogFull
        }
        backlog += try encoder.encode(frame)
        guard flushing == nil else { return }
        flushing = Task { await flush() }
    }

    private func flush() async {
        while !backlog.isEmpty {
            let bytes = backlog
            backlog = []
            do {
                try await stream.write(bytes)
            } catch {
                // `nextText` reports that the connection has ended.
                await stream.close()
                break
            }
        }
        flushing = nil
    }
}
