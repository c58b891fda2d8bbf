import Cryptography
import Foundation
import TestSupport
import Testing

@testable import Nostr

@Suite("RelayState — NIP-01")
struct RelayStateTests {
    private func event(_ content: String, kind: UInt16 = 9) throws -> Event {
        try Rumor(
            author: TestKeys.alice.publicKey, createdAt: 5, kind: EventKind(rawValue: kind), content: content
        )
        .signed(by: TestKeys.alice, random: SeededRandom(content))
    }

    private func message(_ json: String) throws -> RelayMessage {
        try EventJSON.decode(RelayMessage.self, from: Array(json.utf8))
    }

    private let asking: [RelayState.Effect] = [
        .deliver(subscription: "s", .requested), .send(.request(subscription: "s", filters: [Filter()])),
    ]

    @Test("asks again and sends again after a reconnection")
    func reconnection() throws {
        var state = RelayState()
        let event = try event("a")
        #expect(state.publish(event).isEmpty && state.subscribe("s", [Filter()]).isEmpty)
        #expect(state.connected() == asking + [.send(.event(event))])
        state.disconnected()
        #expect(state.connected().count == 3)
        #expect(
            state.received(try message(#"["OK","\#(event.id.hex)",true,""]"#)) == [
                .answer(event.id, accepted: true, message: "")
            ])
        state.disconnected()
        #expect(state.connected() == asking)
    }

    @Test("an OK with an empty id answers the oldest event; a duplicate counts as accepted")
    func oddAnswers() throws {
        var state = RelayState()
        _ = state.connected()
        let (first, second) = (try event("1"), try event("2"))
        _ = state.publish(first)
        _ = state.publish(second)
        #expect(
            state.received(try message(#"["OK","",false,"blocked: no"]"#)) == [
                .answer(first.id, accepted: false, message: "blocked: no")
            ])
        #expect(
            state.received(try message(#"["OK","\#(second.id.hex)",false,"duplicate: have it"]"#))
                == [.answer(second.id, accepted: true, message: "duplicate: have it")])
        #expect(state.received(try message(#"["OK","\#(second.id.hex)",true,""]"#)).isEmpty)
    }

    @Test("catches a relay that lies")
    func lies() throws {
        var state = RelayState()
        _ = state.connected()
        _ = state.subscribe("s", [Filter(kinds: [EventKind(rawValue: 9)])])
        let good = String(decoding: try event("x").json, as: UTF8.self)
        #expect(
            state.received(try message(#"["EVENT","s",\#(good)]"#)) == [
                .deliver(subscription: "s", .event(try event("x")))
            ])
        #expect(state.received(try message(#"["EVENT","other",\#(good)]"#)).isEmpty)
        let forged = good.replacing("\"x\"", with: "\"y\"")
        guard case .report(let text)? = state.received(try message(#"["EVENT","s",\#(forged)]"#)).first else {
            Issue.record("a forged event was not reported")
            return
        }
        #expect(text.contains("id is not the hash"))
        let unasked = String(decoding: try event("z", kind: 1).json, as: UTF8.self)
        guard case .report(let other)? = state.received(try message(#"["EVENT","s",\#(unasked)]"#)).first
        else {
            Issue.record("an event nobody asked for was not reported")
            return
        }
        #expect(other.contains("matches no filter"))
    }

    @Test("CLOSED ends a subscription for good")
    func closed() throws {
        var state = RelayState()
        _ = state.connected()
        _ = state.subscribe("s", [Filter()])
        #expect(
            state.received(try message(#"["CLOSED","s","restricted: x"]"#)) == [
                .deliver(subscription: "s", .closed("restricted: x", isFinal: true))
            ])
        #expect(state.connected().isEmpty)
        #expect(state.unsubscribe("s").isEmpty)
    }

    @Test(
        "asking again changes nothing where the relay's mind is made up (NIP-01, 29, 42)",
        arguments: ["restricted", "blocked", "invalid", "unsupported", "mute", "payment-required"])
    func final(reason: String) throws {
        var state = RelayState()
        _ = state.connected()
        _ = state.subscribe("s", [Filter()])
        #expect(
            state.received(try message("[\"CLOSED\",\"s\",\"\(reason): x\"]")) == [
                .deliver(subscription: "s", .closed("\(reason): x", isFinal: true))
            ])
        #expect(state.resubscribe("s").isEmpty)
        let relay = try RelayURL("ws://127.0.0.1:1")
        let refusal = PublishError(
            kind: .groupEvent, failures: [RelayError(relay, .rejected("\(reason): x"))])
        #expect(refusal.isRefusedForGood && !refusal.isRateLimited)
    }

    @Test("CLOSED for a reason that may pass is asked again")
    func closedForNow() throws {
        var state = RelayState()
        _ = state.connected()
        _ = state.subscribe("s", [Filter()])
        #expect(
            state.received(try message(#"["CLOSED","s","rate-limited: later"]"#))
                == [
                    .deliver(subscription: "s", .closed("rate-limited: later", isFinal: false)),
                    .resubscribeLater(subscription: "s"),
                ])
        #expect(state.resubscribe("s") == asking)
    }

    @Test(
        "messages of relays are read, whatever their shape allows",
        arguments: [
            "[]", "{}", "[1]", #"["EVENT"]"#, #"["OK","a"]"#, #"["EVENT","s",{}]"#, "null", "",
            #"["OK",1,true,""]"#,
        ])
    func garbage(json: String) { #expect(throws: EventError.self) { try message(json) } }

    @Test(
        "addresses are checked",
        arguments: [
            ("http://a", "scheme"), ("wss://", "host"), ("wss://u:p@a", "credentials"),
            ("ws://a b", "whitespace"), ("", "URL"), ("wss://a:99999", "port"),
        ])
    func addresses(text: String, part: String) {
        #expect { try RelayURL(text) } throws: { "\($0)".contains(part) }
    }

    @Test("a trailing slash is the same relay")
    func sameRelay() throws {
        #expect(try RelayURL("WSS://Relay.Example/") == RelayURL("wss://relay.example"))
        #expect(try RelayURL("wss://relay.example/").text == "wss://relay.example/")
        #expect(try RelayURL("ws://relay.example") != RelayURL("wss://relay.example"))
    }

    @Test("pauses double up to the longest, never less than half")
    func retries() {
        let schedule = RetrySchedule(first: .seconds(1), longest: .seconds(8))
        #expect(schedule.delay(afterFailures: 1, jitter: 1) == .seconds(1))
        #expect(schedule.delay(afterFailures: 1, jitter: 0) == .milliseconds(500))
        #expect(schedule.delay(afterFailures: 4, jitter: 1) == .seconds(8))
        #expect(schedule.delay(afterFailures: 1_000_000, jitter: 1) == .seconds(8))
    }
}
