import Cryptography
import Foundation
import Mocks
import TestSupport
import Testing

@testable import Nostr

@Suite("RelayPool over real sockets")
struct RelayPoolTests {
    private func event(_ content: String, by key: Secp256k1SecretKey = TestKeys.alice) throws -> Event {
        try Rumor(
            author: key.publicKey, createdAt: Int64(Date().timeIntervalSince1970), kind: .chatMessage,
            content: content
        ).signed(by: key, random: SystemRandom())
    }

    private func environment() -> RelayEnvironment {
        var environment = RelayEnvironment()
        environment.retry = RetrySchedule(first: .milliseconds(10), longest: .milliseconds(50))
        return environment
    }

    private func withRelays(
        _ count: Int, extra: [RelayURL] = [],
        _ body: ([EmbeddedRelay], RelayPool, RelayReports) async throws -> Void
    ) async throws {
        let relays = try (0..<count).map { _ in try EmbeddedRelay() }
        for relay in relays { await relay.start() }
        let reports = RelayReports()
        let pool = RelayPool(relays.map(\.url) + extra, environment: environment()) { reports.add($0) }
        await pool.start()
        do { try await body(relays, pool, reports) } catch {
            await pool.stop()
            for relay in relays { await relay.stop() }
            throw error
        }
        await pool.stop()
        for relay in relays { await relay.stop() }
    }

    @Test("publishes, stores and delivers each event once over two relays")
    func publishAndSubscribe() async throws {
        try await withRelays(2) { relays, pool, _ in
            let subscription = await pool.subscribe([Filter(kinds: [.chatMessage])])
            let sent = try (0..<5).map { try event("message \($0)") }
            for event in sent { try await pool.publish(event, within: .seconds(30)) }
            var received: [Nostr.Event] = []
            for await delivery in subscription.deliveries {
                if case .event(let event, _) = delivery { received.append(event) }
                if received.count == 5 { break }
            }
            #expect(Set(received) == Set(sent))
            let fetched = try await pool.fetch(
                [Filter(authors: [TestKeys.alice.publicKey])], within: .seconds(30))
            #expect(Set(fetched) == Set(sent))
        }
    }

    @Test("a dead relay and a relay that never answers delay nobody")
    func deadRelay() async throws {
        let silent = try LoopbackServer()
        await silent.start { stream in
            _ = try? await stream.read(maximum: 10_000); _ = try? await stream.read(maximum: 1)
        }
        let extra = [try RelayURL("ws://127.0.0.1:1"), try RelayURL("ws://127.0.0.1:\(silent.port)")]
        try await withRelays(1, extra: extra) { relays, pool, _ in
            let relay = try await pool.publish(try event("x"), within: .seconds(30))
            #expect(relay == relays[0].url)
        }
        await silent.stop()
    }

    @Test("every relay's reason is told when none accepts")
    func refusals() async throws {
        try await withRelays(2, extra: [try RelayURL("ws://127.0.0.1:1")]) { relays, pool, _ in
            await relays[0].refuse { _ in "auth-required: sign in" }
            await relays[1].refuse { _ in "rate-limited: slow down" }
            do {
                // Where nobody listens the whole limit is spent.
                try await pool.publish(try event("x"), within: .seconds(8))
                Issue.record("publishing should have failed")
            } catch let error as PublishError {
                #expect(error.failures.count == 3)
                for part in [
                    "auth-required: sign in", "rate-limited: slow down", "is unreachable", "refused",
                ] {
                    #expect(error.description.contains(part), "\(error)")
                }
            }
        }
    }

    @Test("subscriptions survive a relay's restart")
    func reconnection() async throws {
        try await withRelays(1) { relays, pool, reports in
            let subscription = await pool.subscribe([Filter(kinds: [.chatMessage])])
            var deliveries = subscription.deliveries.makeAsyncIterator()
            guard case .endOfStoredEvents? = await deliveries.next() else {
                throw EventError.malformed("no EOSE")
            }
            await relays[0].dropConnections()
            // Publishing waits for the connection to come back.
            let sent = try event("after the restart")
            try await pool.publish(sent, within: .seconds(10))
            while let delivery = await deliveries.next() {
                if case .event(let event, _) = delivery {
                    #expect(event == sent)
                    break
                }
            }
            #expect(reports.all.contains { if case .disconnected = $0 { true } else { false } })
        }
    }

    @Test("a relay that sends garbage is reported and survived")
    func garbage() async throws {
        let random = SystemRandom()
        let liar = try LoopbackServer()
        await liar.start { stream in
            await HTTPExchange.serve(
                stream,
                upgrade: { stream, leftover in
                    let socket = WebSocket(over: stream, role: .server, leftover: leftover, random: random)
                    do {
                        while true {
                            _ = try await socket.nextText()
                            for text in [
                                "not json", "[]", #"["EVENT","pika-1",{"id":1}]"#, #"["NOTICE","hello"]"#,
                                #"["WHAT",1]"#,
                            ] {
                                try await socket.send(text: text)
                            }
                        }
                    } catch {
                        // The client left.
                    }
                }, respond: { _ in nil })
        }
        let reports = RelayReports()
        let pool = RelayPool([try RelayURL("ws://127.0.0.1:\(liar.port)")], environment: environment()) {
            reports.add($0)
        }
        await pool.start()
        let publishing = Task { try await pool.publish(try event("x"), within: .seconds(600)) }
        await reports.wait(for: ["does not conform to NIP-01", "says: hello", "unknown message type"])
        publishing.cancel()
        await #expect(throws: (any Error).self) { try await publishing.value }
        await pool.stop()
        await liar.stop()
    }

    @Test("an answer that is not a WebSocket is named as such")
    func notAWebSocket() async throws {
        let web = try LoopbackServer()
        await web.start { stream in
            await HTTPExchange.serve(stream) { _ in ServerResponse(status: 200, body: Array("<html>".utf8)) }
        }
        let pool = RelayPool([try RelayURL("ws://127.0.0.1:\(web.port)")], environment: environment()) { _ in
        }
        await pool.start()
        do {
            try await pool.publish(try event("x"), within: .seconds(4))
            Issue.record("publishing should have failed")
        } catch { #expect("\(error)".contains("did not switch to WebSocket"), "\(error)") }
        await pool.stop()
        await web.stop()
    }

    @Test("cancelling a publish ends it at once")
    func cancellation() async throws {
        let pool = RelayPool([try RelayURL("ws://127.0.0.1:1")], environment: environment()) { _ in }
        await pool.start()
        let work = Task { try await pool.publish(try event("x"), within: .seconds(600)) }
        work.cancel()
        await #expect(throws: (any Error).self) { try await work.value }
        await pool.stop()
    }
}
