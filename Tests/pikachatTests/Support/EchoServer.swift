import Cryptography
import Foundation
import Mocks
import Nostr
import Synchronization

/// A control plane that gives away whatever it got, and whatever else it was told. How, is the first part of the path; the rest may be
/// any address of Fly, Workers or a vm-spawner.
final class EchoServer: Sendable {
    /// Where it puts the loot.
    enum Manner: String, CaseIterable, Sendable {
        /// In good answers: every field of the wire types, and unknown ones.
        case fields
        /// In the id of what was created.
        case id
        /// In member names and values of the wrong type.
        case types
        /// In `{"error":…}` of a 500, of a 401 and of a 404.
        case error, refusal, absence
        /// As the plain body of a 500.
        case body
        /// In the reason of the status line, and in headers.
        case head
        /// In a body where each secret in turn stands across the 300th character.
        case cut
        /// In `{"error":…}`, broken over lines.
        case wrapped
    }

    private let server: LoopbackServer
    private let secrets: [String]
    private let count = Mutex(0)

    /// - Parameter secrets: what it knows from elsewhere.
    init(secrets: [String]) async throws {
        self.secrets = secrets
        server = try LoopbackServer()
        await server.start { [self] in await serve($0) }
    }

    func stop() async { await server.stop() }

    func url(_ manner: Manner) -> String { "http://127.0.0.1:\(server.port)/\(manner.rawValue)" }

    private func serve(_ stream: any ByteStream) async {
        var received: [UInt8] = []
        // A client that is gone needs no answer.
        while let bytes = try? await stream.read(maximum: 65_536), !bytes.isEmpty {
            received += bytes
            guard let (head, length) = try? HTTPHead.parse(received) else { continue }
            let size = Int(head.value("Content-Length") ?? "0") ?? 0
            guard received.count >= length + size else { continue }
            let body = String(decoding: received[length..<(length + size)], as: UTF8.self)
            try? await stream.write(answer(head, body))
            return
        }
    }

    private func answer(_ head: HTTPHead, _ body: String) -> [UInt8] {
        let words = head.startLine.split(separator: " ").map(String.init)
        let parts = words[1].split(separator: "/", maxSplits: 1).map(String.init)
        let (method, path) = (words[0], "/" + (parts.count > 1 ? parts[1] : ""))
        let known = secrets + Self.keys(in: body)
        let loot =
            ([head.value("Authorization") ?? ""] + known.flatMap(Self.spellings)).joined(separator: " | ")
            + " | " + body
        let turn = count.withLock { count in
            count += 1
            return count
        }
        switch Manner(rawValue: parts[0]) {
        case .fields: return Self.response(200, Self.good(method, path, body, loot, id: "fine-1"))
        case .id:
            let ids = Self.withoutPublicKeys(known)
            return Self.response(200, Self.good(method, path, body, "ok", id: ids[turn % ids.count]))
        case .types:
            let names = Dictionary(known.map { ($0, loot) }) { $1 }
            return Self.response(200, ["id": names, "ok": loot, "ip": [loot], "more": names])
        case .error: return Self.response(500, ["error": loot])
        case .refusal: return Self.response(401, ["error": loot])
        case .absence: return Self.response(404, ["error": loot])
        case .body: return Self.response(500, text: loot)
        case .head:
            let line = loot.replacing("\n", with: " ").replacing("\r", with: " ")
            let short = String(line.prefix(6000))
            return Self.response(
                400, text: "no",
                fields: [("Retry-After", short), ("Server", short), ("X-Echo", short)], reason: short)
        case .cut:
            let secret = known[turn % known.count]
            return Self.response(
                500, text: String(repeating: "x ", count: 144) + secret + " and so on")
        case .wrapped:
            let lines = known.flatMap {
                [Self.wrapped($0), Self.wrapped(Data($0.utf8).base64EncodedString())]
            }
            return Self.response(500, ["error": lines.joined(separator: "\n\n")])
        case nil: return Self.response(404, ["error": "no such manner"])
        }
    }

    /// Bot keys.
    private static func keys(in body: String) -> [String] {
        body.matches(of: /[0-9a-f]{64}/).map { String($0.output) }
    }

    /// Without public keys: one of those is a usable id.
    private static func withoutPublicKeys(_ known: [String]) -> [String] {
        let publicKeys = known.compactMap { try? Secp256k1SecretKey(hex: $0).publicKey.hex }
        return known.filter { !publicKeys.contains($0) }
    }

    private static func spellings(_ secret: String) -> [String] {
        let json = String(decoding: (try? JSONEncoder().encode([secret])) ?? Data(), as: UTF8.self)
        let twice = String(decoding: (try? JSONEncoder().encode([json])) ?? Data(), as: UTF8.self)
        let unicode = secret.utf16.map {
            $0 < 0x80 ? String(UnicodeScalar(UInt8($0))) : "\\u" + hex(Int($0), 4)
        }
        let percent = secret.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let all = secret.utf8.map { "%" + hex(Int($0), 2) }.joined()
        return [
            secret, secret.uppercased(), secret.lowercased(), json, twice, unicode.joined(), percent,
            percent.lowercased(), all, percent.replacing("%", with: "%25"),
            Data(secret.utf8).base64EncodedString(), Data("user:\(secret)".utf8).base64EncodedString(),
            Data("x\(secret)".utf8).base64EncodedString().replacing("+", with: "%2B"),
        ]
    }

    private static func hex(_ number: Int, _ digits: Int) -> String {
        let text = String(number, radix: 16)
        return String(repeating: "0", count: digits - text.count) + text
    }

    private static func wrapped(_ text: String) -> String {
        var lines: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            lines.append(String(rest.prefix(11)))
            rest = rest.dropFirst(11)
        }
        return lines.joined(separator: "\r\n  ")
    }

    /// What the client waits for, with loot wherever it can be.
    private static func good(_ method: String, _ path: String, _ body: String, _ loot: String, id: String)
        -> Any
    {
        let health: [String: Any] = ["ok": true, "now": loot, "service": loot]
        if path.hasSuffix("/health") || path.hasSuffix("/healthz") { return health }
        if path.contains("/wait?") { return ["ok": true, "error": loot] }
        if path.contains("process-welcome") { return ["group_id": loot] }
        let isList =
            method == "GET"
            && (path.hasSuffix("/vms") || path.contains("/machines?") || path.hasSuffix("/machines"))
        let resource: [String: Any] = [
            "id": id, "name": loot, "state": loot, "region": loot, "instance_id": loot, "ip": loot,
            "status": loot, "created_at": loot, "ssh_private_key": loot, "bot_pubkey": loot,
            "relay_probe": ["ok": false, "relay": loot, "error": loot], "surprise": [loot: loot],
            "config": ["metadata": ["pika_agent": loot]],
        ]
        return isList ? [resource] : resource
    }

    private static func response(_ status: Int, _ json: Any) -> [UInt8] {
        let data = (try? JSONSerialization.data(withJSONObject: json)) ?? Data()
        return response(status, text: String(decoding: data, as: UTF8.self))
    }

    private static func response(
        _ status: Int, text: String, fields: [(String, String)] = [], reason: String = "Echo"
    ) -> [UInt8] {
        var head =
            "HTTP/1.1 \(status) \(reason)\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        return Array((head + "\r\n" + text).utf8)
    }
}
