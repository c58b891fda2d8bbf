import Nostr
import Vocabulary

/// A server's end of a WebSocket (RFC 6455) for text messages. It reads many messages at once and has its
/// answers written by a task of their own.
final class ServerSocket: Sendable {
    private let stream: any ByteStream
    private let ended = AsyncStream<Void>.makeStream()
    let outbox: Outbox

    /// - Parameter clock: for delays of messages.
    init(over stream: any ByteStream, clock: any Clock<Duration>) {
        self.stream = stream
        outbox = Outbox(clock: clock)
    }

    /// Works until either side closes the connection.
    ///
    /// - Parameters:
    ///   - leftover: bytes that came behind the handshake.
    ///   - receive: gets all the messages that came together. No more are read before it returns.
    func run(
        leftover: [UInt8], maximumMessageBytes: Int, receive: ([String]) async -> Void
    ) async {
        async let writing: Void = write()
        var decoder = FrameDecoder(role: .server, maximumMessageBytes: maximumMessageBytes)
        decoder.append(leftover)
        do {
            while true {
                let (texts, end) = messages(&decoder)
                if !texts.isEmpty { await receive(texts) }
                if let end {
                    outbox.finish(end)
                    break
                }
                let bytes = try await stream.read(maximum: 65_536)
                if bytes.isEmpty { break }
                decoder.append(bytes)
            }
        } catch {
            // The client has gone, or the server stops; either way there is nobody to read for.
        }
        outbox.finish()
        await end()
        await writing
    }

    /// Sends a close frame behind what waits already, and closes the connection, after a second at the latest.
    func close(_ code: CloseCode, _ reason: String = "") async {
        outbox.finish(.close(code, reason))
        await end()
    }

    private func end() async {
        let ended = ended.stream
        // A client that does not read has lost its claim to the rest.
        try? await withDeadline(.seconds(1), clock: ContinuousClock()) { for await _ in ended {} }
        await stream.close()
    }

    private func write() async {
        do {
            try await outbox.drain(to: stream)
        } catch {
            // The reading side learns of it, too, because the stream is closed.
        }
        ended.continuation.finish()
        await stream.close()
    }

    /// The complete messages that have been received, and the close frame to answer with when there will be
    /// no more.
    private func messages(_ decoder: inout FrameDecoder) -> (texts: [String], end: Frame?) {
        var texts: [String] = []
        do {
            while let output = try decoder.next() {
                switch output {
                case .text(let text): texts.append(text)
                case .binary:
                    return (texts, .close(.unsupportedData, "binary messages are not supported"))
                case .ping(let payload): outbox.add(Frame(.pong, payload))
                case .pong: break
                case .close(let code, _): return (texts, .close(code ?? .normal, ""))
                }
            }
            return (texts, nil)
        } catch {
            return (texts, .close(error.code, error.description))
        }
    }
}
