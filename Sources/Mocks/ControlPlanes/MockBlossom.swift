import Cryptography
import Foundation
import Nostr

/// A mock Blossom server on loopback (BUD-01, BUD-02): takes blobs with a signed authorization, and gives them by their hash.
package actor MockBlossom: MockServer {
    /// How it departs from one that does everything right.
    package struct Behaviour: Sendable {
        /// Only this account may upload; nil takes everybody's.
        package var owner: XOnlyKey?
        /// Bytes of a blob.
        package var limitBytes = 8 << 20
        /// Says another hash than that of the blob.
        package var liesAboutHash = false
        /// Gives other bytes than were stored.
        package var givesOther = false
        /// Where every download leads to instead.
        package var redirect: String?

        package init() {}
    }

    private let server: LoopbackServer
    private var blobs: [String: [UInt8]] = [:]
    private var behaviour: Behaviour
    /// Accounts that have uploaded, in order.
    package private(set) var uploaders: [XOnlyKey] = []

    /// - Parameter port: 0 uses any free port.
    package init(port: UInt16 = 0, behaviour: Behaviour = Behaviour()) throws {
        server = try LoopbackServer(port: port)
        self.behaviour = behaviour
    }

    package nonisolated var url: String { "http://127.0.0.1:\(server.port)" }

    package func behave(_ behaviour: Behaviour) { self.behaviour = behaviour }

    /// What is stored, by hash.
    package var stored: [String: [UInt8]] { blobs }

    package func start() async {
        await server.start { stream in
            await HTTPExchange.serve(stream) { await self.respond(to: $0) }
        }
    }

    package func stop() async { await server.stop() }

    private func respond(to request: ServerRequest) -> ServerResponse {
        switch (request.method, request.path) {
        case ("PUT", "/upload"): return upload(request)
        case ("GET", _):
            if let redirect = behaviour.redirect {
                return ServerResponse(status: 302, fields: [("Location", redirect)])
            }
            let name = String(request.path.dropFirst().prefix { $0 != "." })
            guard let blob = blobs[name] else { return refusal(404, "there is no such blob") }
            return ServerResponse(
                status: 200, fields: [("Content-Type", "application/octet-stream")],
                body: behaviour.givesOther ? blob.map { $0 ^ 1 } : blob)
        default: return refusal(404, "there is nothing here")
        }
    }

    private func upload(_ request: ServerRequest) -> ServerResponse {
        let hash = Hex.encode(SHA256.hash(request.body))
        guard let header = request.head.value("Authorization"), header.hasPrefix("Nostr "),
            let json = Base64.decode(String(header.dropFirst("Nostr ".count))),
            let event = try? Event(json: json)
        else { return refusal(401, "an upload needs an authorization") }
        let expiration = event.tags.value("expiration").flatMap { Int64($0) } ?? 0
        guard event.kind.rawValue == 24_242, event.tags.value("t") == "upload", event.tags.value("x") == hash,
            expiration > Int64(Date().timeIntervalSince1970)
        else { return refusal(401, "the authorization is not for this upload") }
        if let owner = behaviour.owner, event.author != owner {
            return refusal(403, "strangers may not upload here")
        }
        guard request.body.count <= behaviour.limitBytes else { return refusal(413, "the blob is too large") }
        uploaders.append(event.author)
        blobs[hash] = request.body
        return .json(
            200,
            Descriptor(
                url: "\(url)/\(hash)",
                sha256: behaviour.liesAboutHash ? String(repeating: "0", count: 64) : hash,
                size: request.body.count, type: request.head.value("Content-Type") ?? "",
                uploaded: Int64(Date().timeIntervalSince1970)))
    }

    private struct Descriptor: Encodable {
        let url: String, sha256: String, size: Int, type: String, uploaded: Int64
    }

    private func refusal(_ status: Int, _ why: String) -> ServerResponse {
        ServerResponse(status: status, fields: [("X-Reason", why)])
    }
}
