import Cryptography
import Foundation
import Nostr
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Mocks

@Suite("EmbeddedRelay — NIPs 01, 09, 11, 40, 45, 70")
struct EmbeddedRelayTests {
    private func event(
        _ content: String = "", at time: Int64 = 1_700_000_000, kind: UInt16 = 9,
        tags: [Nostr.Tag] = [], by key: Secp256k1SecretKey = TestKeys.alice
    ) throws -> Nostr.Event {
        try Rumor(
            author: key.publicKey, createdAt: time, kind: EventKind(rawValue: kind), tags: tags,
            content: content
        ).signed(by: key, random: SeededRandom(content))
    }

    private func with(
        limits: EmbeddedRelay.Limits = .init(),
        _ body: (EmbeddedRelay, RawClient) async throws -> Void
    ) async throws {
        try await withRelay(EmbeddedRelay(limits: limits, now: { 1_700_000_000 })) { relay in
            try await RawClient.with(relay.url) { client in try await body(relay, client) }
        }
    }

    @Test("says what it does with each event")
    func verdicts() async throws {
        try await with { _, client in
            let good = try event("good")
            #expect(try await client.verdict(on: good) == "true ")
            #expect(try await client.verdict(on: good).hasPrefix("true duplicate: "))
            #expect(try await client.verdict(on: event(at: 1_700_000_901)).hasPrefix("false invalid: "))
            let expired = try event(tags: [.init("expiration", "1700000000")])
            #expect(try await client.verdict(on: expired).hasPrefix("false invalid: "))
            let deletion = try event(kind: 5, tags: [.init("e", good.id.hex)])
            #expect(try await client.verdict(on: deletion) == "true ")
            #expect(try await client.verdict(on: good).hasPrefix("false blocked: "))
            let protected = try event(tags: [.init("-")])
            try await client.publish(protected)
            #expect(try await client.next().type == "AUTH")
            #expect(try await client.next().parts[3].hasPrefix("auth-required: "))
            let sign = try event(kind: 22_242)
            #expect(try await client.verdict(on: sign).hasPrefix("false invalid: "))
            let json = String(decoding: good.json, as: UTF8.self)
            try await client.send("[\"EVENT\",\(json.replacing("good", with: "evil"))]")
            #expect(try await client.next().parts[..<3] == ["OK", good.id.hex, "false"])
            try await client.send("[\"EVENT\",{\"id\":\"ab\"}]")
            #expect(try await client.next().parts[..<3] == ["OK", "ab", "false"])
        }
    }

    @Test("names what is wrong with a question, in a form for programs")
    func questions() async throws {
        var limits = EmbeddedRelay.Limits()
        (limits.subscriptions, limits.filters) = (2, 2)
        try await with(limits: limits) { _, client in
            let long = String(repeating: "x", count: 65)
            for (request, name) in [
                ("[\"REQ\",\"\"]", ""), ("[\"REQ\",\"a\"]", "a"), ("[\"REQ\",\"a\",{},{},{}]", "a"),
                ("[\"REQ\",\"\(long)\",{}]", long), ("[\"REQ\",\"a\",{\"kinds\":[\"x\"]}]", "a"),
                ("[\"COUNT\",\"a\"]", "a"),
            ] {
                try await client.send(request)
                let reply = try await client.next()
                #expect(reply.parts[..<2] == ["CLOSED", name] && reply.parts[2].hasPrefix("invalid: "))
            }
            for text in ["[\"WHAT\"]", "hello", "[1]"] {
                try await client.send(text)
                let reply = try await client.next()
                #expect(reply.type == "NOTICE" && reply.parts[1].hasPrefix("invalid: "))
            }
            for name in ["a", "b", "a"] {
                try await client.send("[\"REQ\",\"\(name)\",{}]")
                #expect(try await client.next().parts == ["EOSE", name])
            }
            try await client.send("[\"REQ\",\"c\",{}]")
            let full = try await client.next()
            #expect(full.parts[..<2] == ["CLOSED", "c"] && full.parts[2].hasPrefix("rate-limited: "))
            try await client.send("[\"CLOSE\",\"a\"]")
            try await client.send("[\"REQ\",\"c\",{}]")
            #expect(try await client.next().parts == ["EOSE", "c"])
        }
    }

    @Test("gives the newest first, ties by id, and live events to those who asked, once")
    func answers() async throws {
        try await with { relay, client in
            let events = try (0..<6).map { try event("\($0)", at: 1_699_999_990 + Int64($0 / 3)) }
            for event in events { _ = try await client.verdict(on: event) }
            let expected = events.sorted { ($0.createdAt, $1.id) > ($1.createdAt, $0.id) }.map(\.id.hex)
            #expect(try await client.ids("{}") == expected)
            #expect(try await client.ids("{\"limit\":4},{\"limit\":1}") == Array(expected.prefix(4)))
            try await client.send("[\"COUNT\",\"n\",{\"kinds\":[9],\"limit\":1},{\"since\":1699999991}]")
            #expect(try await client.next().parts == ["COUNT", "n", "{\"count\":6}"])

            try await RawClient.with(relay.url) { other in
                try await other.send("[\"REQ\",\"\\\"q\",{\"kinds\":[20001]},{\"#t\":[\"x\"],\"limit\":0}]")
                #expect(try await other.next().type == "EOSE")
                let wanted = [
                    try event(kind: 20_001, tags: [.init("t", "x"), .init("t", "x")]),
                    try event(tags: [.init("t", "x")]),
                ]
                _ = try await client.verdict(on: event("unwanted"))
                for event in wanted { #expect(try await client.verdict(on: event) == "true ") }
                for event in wanted {
                    let reply = try await other.next()
                    #expect(reply.parts[..<2] == ["EVENT", "\"q"])
                    #expect(try Nostr.Event(json: Array(reply.parts[2].utf8)) == event)
                }
                #expect(await relay.storedCount == 8)
            }
        }
    }

    @Test("describes itself to programs and to pages of other origins")
    func information() async throws {
        var behaviour = RelayBehaviour()
        (behaviour.answerLimit, behaviour.requiresAuthentication) = (100, true)
        try await withRelay(EmbeddedRelay(behaviour: behaviour)) { relay in
            func ask(_ request: String) async throws -> (head: HTTPHead, body: String) {
                let stream = try await SocketStream.connect(host: "127.0.0.1", port: relay.url.port)
                try await stream.write(
                    Array((request + "\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").utf8))
                var bytes: [UInt8] = []
                while case let part = try await stream.read(maximum: 65_536), !part.isEmpty { bytes += part }
                let (head, length) = try #require(try HTTPHead.parse(bytes))
                return (head, String(decoding: bytes[length...], as: UTF8.self))
            }
            let (head, body) = try await ask("GET / HTTP/1.1\r\nAccept: application/nostr+json")
            #expect(head.startLine.contains("200") && head.value("Access-Control-Allow-Origin") == "*")
            #expect(head.value("Content-Type") == "application/nostr+json")
            for part in ["[1,9,11,40,42,45,70]", "\"max_limit\":100", "\"auth_required\":true"] {
                #expect(body.contains(part), "\(body)")
            }
            let (preflight, _) = try await ask("OPTIONS / HTTP/1.1")
            #expect(preflight.startLine.contains("204"))
            #expect(preflight.value("Access-Control-Allow-Headers") == "*")
            #expect(try await ask("POST / HTTP/1.1").head.startLine.contains("404"))
        }
    }

    @Test("a large answer waits for a reader who takes his time, in few bytes; live events come behind it")
    func slowReader() async throws {
        try await with { relay, client in
            let filler = String(repeating: "x", count: 900_000)
            for number in 0..<6 { await relay.keep(try event("\(number)" + filler)) }
            try await RawClient.with(relay.url) { reader in
                try await reader.send("[\"REQ\",\"s\",{}]")
                var sizes = [try await reader.next().text.utf8.count]
                // Others are served meanwhile, although nobody reads the rest.
                #expect(try await client.verdict(on: event("live")) == "true ")
                while case let reply = try await reader.next(), reply.type == "EVENT" {
                    sizes.append(reply.text.utf8.count)
                }
                #expect(sizes.count == 6 && sizes.allSatisfy { $0 > 900_000 })
                let live = try await reader.next()
                #expect(live.type == "EVENT" && live.text.contains("live"))
            }
        }
    }
}

extension EmbeddedRelay {
    /// Stores an event as if a client had published it.
    func keep(_ event: Nostr.Event) { _ = store.insert(StoredEvent(event), at: 0) }
}
