import Nostr
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

/// Takes what comes in, until it is told to let it pass: to us the relay has stored nothing.
private final class Swallowing: RelayInterference {
    let isOn = Atomic(false)
    func sending(_ event: Event) async -> RelayTreatment { .pass }
    func receiving(_ event: Event) async -> RelayTreatment {
        isOn.load(ordering: .sequentiallyConsistent) ? .lose : .pass
    }
}

@Suite("a message that a relay confirms, and its echo", .timeLimit(.minutes(4)))
struct EchoTests {
    private func warnings(_ sides: TwoSides) -> [String] {
        sides.log.texts(of: "warning").filter { $0.contains("nobody will read it") }
    }

    @Test("one that comes back is not mentioned, whether the session goes on or ends")
    func echoed() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            _ = try await session.say("hello")
            await session.close()
            #expect(warnings(sides).isEmpty)
        }
    }

    @Test("a relay that confirms and stores nothing is named at the end")
    func swallowedAtTheEnd() async throws {
        let relay = Swallowing()
        var options = TwoSides.Options()
        options.interference = relay
        options.limits.lastEcho = .milliseconds(50)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            relay.isOn.store(true, ordering: .sequentiallyConsistent)
            _ = try await session.say("hello")
            #expect(await session.hindrances().contains { $0.contains("has delivered it yet") })
            await session.close()
            #expect(
                warnings(sides).count == 1 && warnings(sides)[0].contains("\(sides.relays[0].url) confirmed"))
        }
    }

    @Test("and while the session goes on, once for each message")
    func swallowed() async throws {
        let (relay, clock) = (Swallowing(), ManualClock())
        var options = TwoSides.Options()
        options.interference = relay
        options.clock = clock
        options.limits.echo = .seconds(77)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            relay.isOn.store(true, ordering: .sequentiallyConsistent)
            _ = try await session.say("one")
            _ = try await session.say("two")
            // The second is looked for a round later.
            for count in 1...2 {
                await clock.pause(of: .seconds(77), orUpTo: .seconds(77))
                clock.advance(by: .seconds(77))
                await sides.log.until {
                    $0.texts(of: "warning").count { $0.contains("nobody will read it") } == count
                }
            }
            await session.close()
            #expect(warnings(sides).count == 2)
        }
    }

    @Test("one that no subscription brings, but that is there when asked for it, is not mentioned")
    func late() async throws {
        let relay = Swallowing()
        var options = TwoSides.Options()
        options.interference = relay
        options.limits.echo = .milliseconds(50)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            relay.isOn.store(true, ordering: .sequentiallyConsistent)
            _ = try await session.say("hello")
            relay.isOn.store(false, ordering: .sequentiallyConsistent)
            await session.close()
            #expect(warnings(sides).isEmpty)
        }
    }
}
