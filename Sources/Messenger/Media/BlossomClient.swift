import Cryptography
import Foundation
import Marmot
import Nostr
import Providers
import Vocabulary

/// Uploads and downloads blobs (Blossom, BUD-01 and BUD-02): files by the SHA-256 of their bytes.
struct BlossomClient: Sendable {
    /// What a server says of a blob that it has taken.
    struct Descriptor: Decodable, Equatable, Sendable {
        let url: String
        let sha256: String
        let size: Int?
    }

    private static let authorization = EventKind(rawValue: 24_242)
    private static let lifetimeSeconds: Int64 = 300
    private static let redirectLimit = 3
    private static let limit: Duration = .seconds(60)
    /// 32 MiB and a tag, with a margin.
    static let answerLimitBytes = 33 << 20

    let http: any HTTPClient
    /// Seconds since 1970.
    let now: @Sendable () -> Int64
    /// Whether addresses from strangers may lead to this machine.
    let reachesLoopback: Bool

    // MARK: Upload

    /// - Parameters:
    ///   - server: its address; the last part of a path is replaced.
    ///   - identity: signs where the server takes nothing from strangers.
    /// - Returns: what the server says, checked against the blob.
    /// - Throws: `MessengerError` (upload_failed).
    func upload(_ blob: [UInt8], type: String, to server: String, as identity: MarmotClient) async throws
        -> Descriptor
    {
        guard let base = URL(string: server),
            let target = URL(string: "upload", relativeTo: base)?.absoluteString
        else { throw MessengerError(.uploadFailed, "\(server.cut(to: 200)) is no address of a server") }
        // A key of its own does not tell the server who we are.
        let stranger = try Secp256k1SecretKey.random(from: SystemRandom())
        var answer = try await put(blob, type, target, stranger.publicKey) {
            try $0.signed(by: stranger, random: SystemRandom())
        }
        if [401, 403].contains(answer.status) {
            answer = try await put(blob, type, target, identity.publicKey, identity.sign)
        }
        guard [200, 201].contains(answer.status) else {
            let why = answer.headers["x-reason"] ?? answer.text
            throw MessengerError(
                .uploadFailed,
                "\(server) answered \(answer.status)\(why.isEmpty ? "" : ": \(why.cut(to: 200))")")
        }
        guard let descriptor = try? JSONDecoder().decode(Descriptor.self, from: Data(answer.body)) else {
            throw MessengerError(.uploadFailed, "\(server) does not say where the file is")
        }
        guard descriptor.sha256.lowercased() == Hex.encode(SHA256.hash(blob)),
            descriptor.size ?? blob.count == blob.count
        else { throw MessengerError(.uploadFailed, "\(server) has stored something else than was sent") }
        guard let url = URL(string: descriptor.url),
            ["http", "https"].contains(url.scheme?.lowercased() ?? ""),
            !descriptor.url.contains(where: { $0.isWhitespace || $0.isNewline })
        else {
            throw MessengerError(
                .uploadFailed, "\(server) says that the file is at \(descriptor.url.cut(to: 100))")
        }
        return descriptor
    }

    private func put(
        _ blob: [UInt8], _ type: String, _ url: String, _ key: XOnlyKey, _ sign: (Rumor) throws -> Event
    ) async throws -> HTTPResponse {
        let rumor = Rumor(
            author: key, createdAt: now(), kind: Self.authorization,
            tags: [
                Tag("x", Hex.encode(SHA256.hash(blob))), Tag("expiration", "\(now() + Self.lifetimeSeconds)"),
                Tag("t", "upload"),
            ], content: "Blossom upload authorization")
        let event = try sign(rumor)
        do {
            return try await http.send(
                HTTPRequest(
                    "PUT", url,
                    headers: [
                        ("Content-Type", type), ("Authorization", "Nostr \(Base64.encode(event.json))"),
                    ],
                    body: blob, timeout: Self.limit, purpose: "upload a file"))
        } catch let error as HTTPFailure { throw MessengerError(.uploadFailed, "\(error)") }
    }

    // MARK: Download

    /// Fetches what a sender says is at an address. It decides nothing: neither where on this network we go, nor how much comes.
    ///
    /// - Throws: `MessengerError` (download_failed).
    func download(_ address: String) async throws -> [UInt8] {
        var address = address
        for _ in 0...Self.redirectLimit {
            try check(address)
            var request = HTTPRequest("GET", address, timeout: Self.limit, purpose: "download a file")
            request.answerLimitBytes = Self.answerLimitBytes
            request.reach = reachesLoopback ? .publicAndLoopback : .publicOnly
            let answer: HTTPResponse
            do { answer = try await http.send(request) } catch let error as HTTPFailure {
                throw MessengerError(.downloadFailed, "\(error)")
            }
            if [301, 302, 303, 307, 308].contains(answer.status), let next = answer.headers["location"],
                let base = URL(string: address), let target = URL(string: next, relativeTo: base)
            {
                address = target.absoluteString
                continue
            }
            guard answer.status == 200 else {
                throw MessengerError(.downloadFailed, "download failed: HTTP \(answer.status)")
            }
            try Self.check(answer.body, named: address)
            return answer.body
        }
        throw MessengerError(.downloadFailed, "download failed: more than \(Self.redirectLimit) redirects")
    }

    private func check(_ address: String) throws {
        guard let url = URL(string: address), let host = url.host, url.user == nil, url.password == nil else {
            throw MessengerError(.downloadFailed, "the file's address is not usable")
        }
        let isLoopback =
            host == "localhost" || host == "::1"
            || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
        guard url.scheme?.lowercased() == "https" || url.scheme?.lowercased() == "http" && isLoopback else {
            throw MessengerError(.downloadFailed, "the file's address is not https")
        }
    }

    /// An address that ends with a hash promises it.
    private static func check(_ blob: [UInt8], named address: String) throws {
        let name = URL(string: address)?.lastPathComponent.prefix { $0 != "." } ?? ""
        guard let promised = EventID(hex: String(name)) else { return }
        guard promised.bytes == SHA256.hash(blob) else {
            throw MessengerError(
                .downloadFailed, "the server has given another file than the one that was asked for")
        }
    }
}
