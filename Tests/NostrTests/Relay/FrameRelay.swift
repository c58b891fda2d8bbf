import Mocks
import Nostr

/// A relay whose every frame a test sends and sees itself.
final class FrameRelay: Sendable {
    /// One WebSocket; it stays open until `close`, or until the client leaves.
    actor Connection {
        private let stream: any ByteStream
        private var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1 << 20)
        private let end = AsyncStream<Void>.makeStream()

        init(_ stream: any ByteStream, _ leftover: [UInt8]) {
            self.stream = stream
            decoder.append(leftover)
        }

        /// What the client sent next; nil once it has closed the stream.
        func next() async throws -> FrameDecoder.Output? {
            while true {
                if let output = try decoder.next() { return output }
                let bytes = try await stream.read(maximum: 4096)
                if bytes.isEmpty { return nil }
                decoder.append(bytes)
            }
        }

        /// The client's next message that contains this text.
        func message(with part: String) async throws -> String? {
            while let output = try await next() {
                if case .text(let text) = output, text.contains(part) { return text }
            }
            return nil
        }

        /// A whole frame, not masked.
        func send(_ opcode: Opcode, _ payload: [UInt8]) async throws {
            var bytes: [UInt8] = []
            FrameEncoder.appendHead(opcode, isMasked: false, count: payload.count, to: &bytes)
            try await stream.write(bytes + payload)
        }

        func send(_ text: String) async throws { try await send(.text, Array(text.utf8)) }

        func close() async {
            await stream.close()
            end.continuation.finish()
        }

        func untilClosed() async { for await _ in end.stream {} }
    }

    let url: RelayURL
    private let server: LoopbackServer
    private let connections = AsyncStream<Connection>.makeStream()

    init() throws {
        server = try LoopbackServer()
        url = try RelayURL("ws://127.0.0.1:\(server.port)")
    }

    func start() async {
        let connections = connections.continuation
        await server.start { stream in
            await HTTPExchange.serve(
                stream,
                upgrade: { stream, leftover in
                    let connection = Connection(stream, leftover)
                    connections.yield(connection)
                    await connection.untilClosed()
                }, respond: { _ in nil })
        }
    }

    func stop() async {
        connections.continuation.finish()
        await server.stop()
    }

    /// The next one that a client has opened; one caller only.
    func connection() async throws -> Connection {
        for await connection in connections.stream { return connection }
        throw CancellationError()
    }
}
