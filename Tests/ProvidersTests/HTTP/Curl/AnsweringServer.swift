import Foundation
import Mocks
import Nostr
import Synchronization

/// A server that reads a request, and sends bytes of the test's own.
final class AnsweringServer: Sendable {
    private let server: LoopbackServer
    private let received = Mutex<[String]>([])

    /// The requests that came, whole.
    var requests: [String] { received.withLock { $0 } }
    var port: UInt16 { server.port }
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// - Parameter answer: nil leaves the request without one until the client goes; otherwise the connection is
    ///   closed behind it.
    init(_ answer: @escaping @Sendable (String) -> [UInt8]?) async throws {
        server = try LoopbackServer()
        await server.start { [self] stream in
            // A client that goes away is part of some tests.
            guard let request = try? await Self.request(stream) else { return }
            received.withLock { $0.append(request) }
            guard let bytes = answer(request) else {
                _ = try? await stream.read(maximum: 1)
                return
            }
            try? await stream.write(bytes)
        }
    }

    convenience init(_ answer: String) async throws {
        try await self.init { _ in Array(answer.utf8) }
    }

    func stop() async { await server.stop() }

    /// Everything up to the end of one request.
    static func request(_ stream: any ByteStream) async throws -> String {
        var bytes: [UInt8] = []
        var end: Int?
        while true {
            let more = try await stream.read(maximum: 65_536)
            bytes += more
            if end == nil, let (head, length) = try HTTPHead.parse(bytes) {
                end = length + (head.value("Content-Length").flatMap { Int($0) } ?? 0)
            }
            if more.isEmpty || end.map({ bytes.count >= $0 }) ?? false {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}
