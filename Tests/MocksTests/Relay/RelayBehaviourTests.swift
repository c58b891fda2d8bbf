import Cryptography
import Foundation
import Mocks
import Nostr
import TestSupport
import Testing
import Vocabulary

@Suite("RelayBehaviour — relays as people run them")
struct RelayBehaviourTests {
    private func event(
        _ content: String, at time: Int64 = 1_700_000_000, kind: UInt16 = 9, tags: [Nostr.Tag] = [],
        by key: Secp256k1SecretKey = TestKeys.alice
    ) throws -> Nostr.Event {
        try Rumor(
            author: key.publicKey, createdAt: time, kind: EventKind(rawValue: kind), tags: tags,
            content: content
        ).signed(by: key, random: SeededRandom(content))
    }

    private func relay(
        clock: any Clock<Duration> = ContinuousClock(), _ change: (inout RelayBehaviour) -> Void
    ) throws -> EmbeddedRelay {
        var behaviour = RelayBehaviour()
        change(&behaviour)
        return try EmbeddedRelay(behaviour: behaviour, clock: clock, now: { 1_700_000_000 })
    }

    @Test("caps an answer to the newest events, whatever the filters ask for")
    func limit() async throws {
        try await withRelay(relay { $0.answerLimit = 3 }) { relay in
            try await RawClient.with(relay.url) { client in
                let events = try (0..<5).map { try event("\($0)", at: 1_699_999_000 + Int64($0)) }
                for event in events { #expect(try await client.verdict(on: event) == "true ") }
                let newest = events.reversed().prefix(3).map(\.id.hex)
                #expect(try await client.ids("{}") == newest)
                #expect(try await client.ids("{\"limit\":5},{\"kinds\":[9]}") == newest)
                #expect(try await client.ids("{\"limit\":2}") == Array(newest.prefix(2)))
                #expect(try await client.ids("{\"until\":1699999001}").count == 2)
            }
        }
    }

    @Test("sends stored events, and live ones, but never says that the stored ones are over")
    func withoutEndOfStoredEvents() async throws {
        try await withRelay(relay { $0.dropsEndOfStoredEvents = true }) { relay in
            try await RawClient.with(relay.url) { client in
                let (old, live) = (try event("old"), try event("live"))
                #expect(try await client.verdict(on: old) == "true ")
                try await client.send("[\"REQ\",\"s\",{}]")
                #expect(try await client.next().parts[0] == "EVENT")
                try await client.publish(live)
                let types = [try await client.next().type, try await client.next().type]
                #expect(types.sorted() == ["EVENT", "OK"])
            }
        }
    }

    @Test("stores and passes on, but confirms nothing")
    func withoutOK() async throws {
        try await withRelay(relay { $0.dropsOK = true }) { relay in
            try await RawClient.with(relay.url) { client in
                let sent = try event("x")
                try await client.publish(sent)
                #expect(try await client.ids("{}") == [sent.id.hex])
                #expect(await relay.traffic.events == [sent.id])
            }
        }
    }

    @Test("gives its reason for what it does not take, and for what it does not answer")
    func refusals() async throws {
        let relay = try relay {
            $0.rejection = "blocked: not on the list"
            $0.refusal = "restricted: members only"
        }
        try await withRelay(relay) { relay in
            try await RawClient.with(relay.url) { client in
                #expect(try await client.verdict(on: event("x")) == "false blocked: not on the list")
                try await client.send("[\"REQ\",\"s\",{}]")
                #expect(try await client.next().parts == ["CLOSED", "s", "restricted: members only"])
                try await client.send("[\"COUNT\",\"c\",{}]")
                #expect(try await client.next().parts == ["CLOSED", "c", "restricted: members only"])
                #expect(await relay.storedCount == 0)
                await relay.behave(RelayBehaviour())
                #expect(try await client.verdict(on: event("x")) == "true ")
            }
        }
    }

    @Test("wants a signature before it reads or answers, and remembers who signed")
    func authentication() async throws {
        try await withRelay(relay { $0.requiresAuthentication = true }) { relay in
            try await RawClient.with(relay.url) { client in
                let challenge = try await client.next()
                #expect(challenge.type == "AUTH")
                #expect(try await client.verdict(on: event("x")).hasPrefix("false auth-required: "))
                try await client.send("[\"REQ\",\"s\",{}]")
                let closed = try await client.next()
                #expect(closed.type == "CLOSED" && closed.parts[2].hasPrefix("auth-required: "))

                func answer(_ challenge: String, _ url: String, at time: Int64) throws -> String {
                    let tags = [Nostr.Tag("relay", url), Nostr.Tag("challenge", challenge)]
                    let event = try event("", at: time, kind: 22_242, tags: tags)
                    return "[\"AUTH\",\(String(decoding: event.json, as: UTF8.self))]"
                }
                for wrong in [
                    try answer("other", relay.url.text, at: 1_700_000_000),
                    try answer(challenge.parts[1], "ws://127.0.0.1:1", at: 1_700_000_000),
                    try answer(challenge.parts[1], relay.url.text, at: 1_700_000_601),
                    try answer(challenge.parts[1], relay.url.text, at: 1_699_999_399),
                ] {
                    try await client.send(wrong)
                    let ok = try await client.next()
                    #expect(ok.type == "OK" && ok.parts[2] == "false" && ok.parts[3].hasPrefix("invalid: "))
                }
                #expect(await relay.signedIn.isEmpty)
                try await client.send(answer(challenge.parts[1], relay.url.text, at: 1_700_000_600))
                #expect(try await client.next().parts[2] == "true")
                #expect(await relay.signedIn == [TestKeys.alice.publicKey])
                // It is the connection that is signed in: others' events pass, such as gift wraps.
                #expect(try await client.verdict(on: event("x", by: TestKeys.bob)) == "true ")
                #expect(try await client.ids("{}").count == 1)
            }
        }
    }

    @Test("opens WebSockets and says nothing on them")
    func mute() async throws {
        try await withRelay(relay { $0.silence = .messages }) { relay in
            try await RawClient.with(relay.url) { client in
                try await client.publish(event("x"))
                try await client.send("[\"REQ\",\"s\",{}]")
                try await withDeadline(.seconds(60), clock: ContinuousClock()) {
                    await relay.waitForTraffic { $0.requests.count == 1 }
                }
                await relay.behave(RelayBehaviour())
                try await client.send("[\"REQ\",\"t\",{\"limit\":0}]")
                // The first to be said at all: what was sent before was read, and answered by nothing.
                let first = try await client.next()
                #expect(first.parts == ["EOSE", "t"])
            }
        }
    }

    @Test("takes connections and answers nothing")
    func silent() async throws {
        try await withRelay(relay { $0.silence = .connection }) { relay in
            let stream = try await SocketStream.connect(host: "127.0.0.1", port: relay.url.port)
            try await stream.write(Handshake.request(host: "x", path: "/", key: "k").encoded)
            await #expect(throws: DeadlineExceeded.self) {
                try await withDeadline(.milliseconds(50), clock: ContinuousClock()) {
                    try await stream.read(maximum: 100)
                }
            }
            await stream.close()
        }
    }

    @Test("answers a WebSocket with a status")
    func status() async throws {
        try await withRelay(relay { $0.status = 503 }) { relay in
            let stream = try await SocketStream.connect(host: "127.0.0.1", port: relay.url.port)
            await #expect(throws: Handshake.Failure.self) {
                _ = try await WebSocket.open(over: stream, host: "x", path: "/", random: SystemRandom())
            }
            await stream.close()
        }
    }

    @Test("says goodbye to whoever comes")
    func farewell() async throws {
        try await withRelay(relay { $0.farewell = "go elsewhere" }) { relay in
            try await RawClient.with(relay.url) { client in
                let notice = try await client.next()
                #expect(notice.parts == ["NOTICE", "go elsewhere"])
                await #expect(throws: WebSocket.Closure.self) { try await client.next() }
            }
        }
    }

    @Test("waits before each message")
    func slow() async throws {
        let clock = ManualClock()
        let behaviour: (inout RelayBehaviour) -> Void = { $0.delay = .seconds(20) }
        try await withRelay(relay(clock: clock, behaviour)) { relay in
            try await RawClient.with(relay.url) { client in
                async let verdict = client.verdict(on: event("x"))
                await clock.pause(of: .seconds(20))
                clock.advance(by: .seconds(20))
                let word = try await verdict
                #expect(word == "true ")
                async let ids = client.ids("{}")
                for _ in 0..<2 {
                    await clock.pause(of: .seconds(20))
                    clock.advance(by: .seconds(20))
                }
                let found = try await ids
                #expect(found.count == 1)
            }
        }
    }
}
