import Cryptography
import Foundation
import Mocks
import Nostr
import TestSupport
import Vocabulary

/// A client that sends what it is told and shows what comes back, message by message.
struct RawClient: Sendable {
    private let socket: WebSocket

    struct Reply: Sendable {
        let text: String
        /// The parts of the outer array: texts as they are, the rest as JSON.
        let parts: [String]

        init(_ text: String) {
            self.text = text
            let array = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [Any] ?? []
            parts = array.map { part in
                if let text = part as? String { return text }
                guard
                    let json = try? JSONSerialization.data(
                        withJSONObject: part, options: [.fragmentsAllowed, .sortedKeys])
                else { return "" }
                return String(decoding: json, as: UTF8.self)
            }
        }

        var type: String { parts.first ?? "" }
    }

    init(_ url: RelayURL) async throws {
        let stream = try await SocketStream.connect(host: url.host, port: url.port)
        socket = try await Self.limited {
            try await WebSocket.open(over: stream, host: "127.0.0.1", path: "/", random: SystemRandom())
        }
    }

    /// Opens a client, hands it to `body`, and closes it.
    static func with<Value: Sendable>(
        _ url: RelayURL, _ body: (RawClient) async throws -> Value
    ) async throws -> Value {
        let client = try await RawClient(url)
        do {
            let value = try await body(client)
            await client.close()
            return value
        } catch {
            await client.close()
            throw error
        }
    }

    func send(_ text: String) async throws { try await socket.send(text: text) }
    func publish(_ event: Event) async throws { try await send(ClientMessage.event(event).text) }
    func close() async { await socket.close() }

    func next() async throws -> Reply {
        let socket = socket
        return Reply(try await Self.limited { try await socket.nextText() })
    }

    /// Everything up to the first message of one of `types`, with it.
    func next(through types: String...) async throws -> [Reply] {
        var replies: [Reply] = []
        repeat { replies.append(try await next()) } while !types.contains(replies[replies.count - 1].type)
        return replies
    }

    /// Publishes and returns what the relay says to it: `true ` or `false `, and the reason.
    func verdict(on event: Event) async throws -> String {
        try await publish(event)
        let ok = try await next(through: "OK")[...].last
        return ok.map { "\($0.parts[2]) \($0.parts[3])" } ?? ""
    }

    /// The ids in the answer to filters, as they came.
    func ids(_ filters: String) async throws -> [String] {
        try await send("[\"REQ\",\"ids\",\(filters)]")
        return try await next(through: "EOSE", "CLOSED").filter { $0.type == "EVENT" }.compactMap { reply in
            try? Event(json: Array(reply.parts[2].utf8)).id.hex
        }
    }

    private static func limited<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withDeadline(.seconds(60), clock: ContinuousClock(), body)
    }
}

/// Runs a relay for the time of `body`.
func withRelay<Value: Sendable>(
    _ relay: EmbeddedRelay, _ body: (EmbeddedRelay) async throws -> Value
) async throws -> Value {
    await relay.start()
    do {
        let value = try await body(relay)
        await relay.stop()
        return value
    } catch {
        await relay.stop()
        throw error
    }
}
