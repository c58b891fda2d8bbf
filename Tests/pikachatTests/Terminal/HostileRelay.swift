import Cryptography
import Foundation
import Mocks
import Nostr

/// A relay that refuses everything, with words of the test in each kind of answer.
struct HostileRelay: Sendable {
    /// What carries the words.
    enum Manner: String, CaseIterable, Sendable {
        case ok, notice, closed, close, handshake, unknown, restricted
    }

    private let server: LoopbackServer
    var url: String { "ws://127.0.0.1:\(server.port)" }

    init(_ manner: Manner, words: String) async throws {
        server = try LoopbackServer()
        await server.start { stream in
            if manner == .handshake {
                _ = try? await stream.read(maximum: 8192)
                let line = words.replacing("\r", with: "").replacing("\n", with: "")
                try? await stream.write(Array("HTTP/1.1 403 \(line)\r\nServer: \(line)\r\n\r\n".utf8))
                return
            }
            await HTTPExchange.serve(
                stream, upgrade: { await Self.talk($0, $1, manner, words) }, respond: { _ in nil })
        }
    }

    func stop() async { await server.stop() }

    private static func talk(_ stream: any ByteStream, _ leftover: [UInt8], _ manner: Manner, _ words: String)
        async
    {
        let socket = WebSocket(over: stream, role: .server, leftover: leftover, random: SystemRandom())
        // The client is gone: nobody to answer.
        while let text = try? await socket.nextText() {
            guard let message = try? EventJSON.decode(IncomingClientMessage.self, from: Array(text.utf8))
            else { continue }
            if manner == .close { return await socket.close(.goingAway, words) }
            switch message {
            case .event(let event):
                try? await socket.send(
                    text: RelayMessageText.ok(
                        id: event.claimedID.hex, accepted: false, message: "blocked: \(words)"))
            case .request(let name, _):
                switch manner {
                case .notice: try? await socket.send(text: RelayMessageText.notice(words))
                case .closed:
                    try? await socket.send(text: RelayMessageText.closed(subscription: name, message: words))
                case .restricted:
                    try? await socket.send(
                        text: RelayMessageText.closed(subscription: name, message: "restricted: \(words)"))
                case .unknown:
                    let quoted = String(
                        decoding: (try? JSONEncoder().encode([words])) ?? Data(), as: UTF8.self)
                    try? await socket.send(text: quoted)
                default: break
                }
                try? await socket.send(text: RelayMessageText.endOfStoredEvents(subscription: name))
            case .close: break
            }
        }
    }
}
