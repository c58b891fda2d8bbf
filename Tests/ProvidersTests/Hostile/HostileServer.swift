import Foundation
import Mocks
import Nostr
import Synchronization
import Vocabulary

@testable import Providers

/// A control plane that answers as promised, but for one kind of request.
final class HostileServer: Sendable {
    typealias Endpoint = ScriptedHTTP.Endpoint

    private let server: LoopbackServer
    private let other: AnsweringServer
    private let (arrivals, arrival) = AsyncStream<Void>.makeStream()
    private let (departures, departure) = AsyncStream<Void>.makeStream()

    var url: String { "http://127.0.0.1:\(server.port)" }
    /// What came to the server that redirects lead to.
    var followed: [String] { other.requests }

    init(_ good: [Endpoint: String], _ target: Endpoint, _ hostility: Hostility) async throws {
        server = try LoopbackServer()
        other = try await AnsweringServer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        await server.start { [self] stream in
            guard let request = try? await AnsweringServer.request(stream) else { return }
            let words = request.split(separator: " ", maxSplits: 2)
            guard words.count == 3 else { return }
            let path = String(words[1].prefix { $0 != "?" })
            let answers = good.filter { $0.key.method == words[0] && path.hasSuffix($0.key.path) }
            let answer = answers.max { $0.key.path.count < $1.key.path.count }
            let whole = Self.response(answer?.value)
            guard target.method == words[0], path.hasSuffix(target.path) else {
                try? await stream.write(whole)
                return
            }
            arrival.yield()
            // A client that goes away is what these tests are about.
            try? await be(hostility, whole, stream)
            departure.yield()
        }
    }

    func stop() async {
        await server.stop()
        await other.stop()
    }

    /// Returns once the request that is treated badly has come, or this task is cancelled.
    func hasArrived() async { for await _ in arrivals { return } }

    /// Returns once its client has gone, or this task is cancelled.
    func hasDeparted() async { for await _ in departures { return } }

    private static func response(_ body: String?) -> [UInt8] {
        let text = body ?? #"{"error":"no such page"}"#
        return Array(
            "HTTP/1.1 \(body == nil ? "404 Not Found" : "200 OK")\r\nConnection: close\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)"
                .utf8)
    }

    private func be(_ hostility: Hostility, _ whole: [UInt8], _ stream: any ByteStream) async throws {
        let head = (try? HTTPHead.parse(whole)?.length) ?? whole.count
        switch hostility {
        case .hangsBeforeAnswer: break
        case .hangsInHead: try await stream.write(Array(whole.prefix(head / 2)))
        case .hangsInBody:
            try await stream.write(Array(whole.prefix(head + 1)))
        case .trickles:
            try await stream.write(Array("HTTP/1.1 200 OK\r\nX-Slow: ".utf8))
            while !Task.isCancelled {
                let end = try? await withDeadline(.milliseconds(20), clock: ContinuousClock()) {
                    try await stream.read(maximum: 1)
                }
                if end != nil { return }
                try await stream.write([0x78])
            }
        case .cuts(let share):
            return try await stream.write(Array(whole.prefix(whole.count * share / 100)))
        case .resets: return
        case .redirects:
            return try await stream.write(
                Array(
                    "HTTP/1.1 302 Found\r\nLocation: \(other.url("/stolen"))\r\nContent-Length: 0\r\n\r\n"
                        .utf8))
        case .compresses:
            let bomb: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3] + [UInt8](repeating: 0xff, count: 1000)
            return try await stream.write(
                Array(
                    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(bomb.count)\r\n\r\n".utf8)
                    + bomb)
        case .speaksOtherwise: return try await stream.write(Array("220 smtp.example.test ESMTP\r\n".utf8))
        }
        _ = try await stream.read(maximum: 1)
    }
}

/// Shortens the limit of one kind of request, or of all, so that a test need not wait for the real one.
struct ShortLimit: HTTPClient {
    let inner: any HTTPClient
    let target: ScriptedHTTP.Endpoint?
    let limit: Duration

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        var request = request
        let path = request.url.prefix { $0 != "?" }
        if target.map({ request.method == $0.method && path.hasSuffix($0.path) }) ?? true {
            request.timeout = min(request.timeout, limit)
        }
        return try await inner.send(request)
    }
}
