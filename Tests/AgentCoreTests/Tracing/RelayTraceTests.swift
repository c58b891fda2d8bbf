import Cryptography
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("the trace of relays")
struct RelayTraceTests {
    private let log = EventLog { 1_000 }
    private let relay: RelayURL

    init() throws { relay = try RelayURL("wss://one.example") }

    private func received(_ text: String) throws -> RelayTraffic {
        .received(try EventJSON.decode(RelayMessage.self, from: Array(text.utf8)), text: text)
    }

    private var lines: [String] {
        log.trace.latest(100, of: [.relay]).map { "#\($0.number) \($0.line)" }
    }

    @Test("answers stand under the number of what they answer, at their relay")
    func answers() throws {
        let other = try RelayURL("wss://two.example")
        let trace = RelayTrace(log.trace, relays: [relay, other])
        let filters = [Filter(kinds: [.groupEvent], since: 5, limit: 20)]
        for place in [relay, other] {
            trace.add(place, .sent(.request(subscription: "s", filters: filters), text: "[]"))
        }
        trace.add(relay, try received(#"["EOSE","s"]"#))
        trace.add(other, try received(#"["CLOSED","s","auth-required: who?"]"#))
        trace.add(relay, .sent(.close(subscription: "s"), text: "[]"))
        #expect(
            lines == [
                "#1 → REQ s  kinds 445 since 5 limit 20  one.example",
                "#2 → REQ s  kinds 445 since 5 limit 20  two.example", "#1 ← EOSE s  0 ms  one.example",
                "#2 ← CLOSED s: auth-required: who?  0 ms  two.example", "#1 → CLOSE s  one.example",
            ])
    }

    @Test("events, refusals, notices, and what is no message; one relay needs no name")
    func events() throws {
        let trace = RelayTrace(log.trace, relays: [relay])
        let key = TestKeys.alice
        let event = try Rumor(author: key.publicKey, createdAt: 1, kind: .groupEvent, tags: [], content: "x")
            .signed(by: key, random: SystemRandom())
        let id = event.id.hex
        trace.add(relay, .sent(.event(event), text: String(repeating: "x", count: 1500)))
        trace.add(relay, try received(#"["OK","\#(id)",false,"blocked: no"]"#))
        trace.add(relay, try received(#"["NOTICE","slow down"]"#))
        trace.add(relay, .unreadable(text: "<html>"))
        let short = id.prefix(8)
        #expect(
            lines == [
                "#1 → EVENT 445 \(short)  1.5 kB", "#1 ← OK \(short) refused: blocked: no  0 ms",
                "#2 ← NOTICE slow down", "#3 ← not a message of NIP-01  6 B",
            ])
        #expect(log.trace.entries(idPrefix: id).count == 1)
    }
}
