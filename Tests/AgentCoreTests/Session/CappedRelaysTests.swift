import AgentFakes
import Cryptography
import Marmot
import Mocks
import Nostr
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

/// What was said and changed while we were away, from relays as people run them.
@Suite("a history at relays with limits", .timeLimit(.minutes(4)))
struct CappedRelaysTests {
    private static func behaviour(_ change: (inout RelayBehaviour) -> Void) -> RelayBehaviour {
        var behaviour = RelayBehaviour()
        change(&behaviour)
        return behaviour
    }

    /// Messages of the peer with a commit after each tenth.
    private func talk(_ count: Int, in group: MarmotGroup, _ sides: TwoSides) async throws -> [String] {
        for number in 0..<count {
            try await sides.hear("\(number)", in: group)
            if number % 10 == 9 { try await sides.peerChanges(.updateKeys, in: group) }
        }
        return (0..<count).map { "\($0)" }
    }

    @Test(
        "all of it comes, in order and once, whatever the relay's habits",
        arguments: [
            behaviour { $0.answerLimit = 20 }, behaviour { $0.dropsEndOfStoredEvents = true },
            behaviour { $0.requiresAuthentication = true },
        ])
    func habits(behaviour: RelayBehaviour) async throws {
        // An hour ago, a few messages a second.
        let ticks = Mutex<Int64>(0)
        var options = TwoSides.Options()
        let start = TwoSides.now() - 3600
        options.peerTime = {
            ticks.withLock { ticks in
                ticks += 1
                return start + ticks / 5
            }
        }
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let said = try await talk(150, in: group, sides)
            await sides.relays[0].behave(behaviour)
            // A relay asks who we are at the beginning of a connection.
            await sides.relays[0].dropConnections()
            let session = try await sides.session(in: group)
            #expect(await session.heard == said)
            #expect(try await session.group(for: "test").mls.epoch == 16)
            await session.close()
        }
    }

    @Test("relays that want to know who we are get a key for group events that is not the account's")
    func anonymous() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            await sides.relays[0].behave(Self.behaviour { $0.requiresAuthentication = true })
            await sides.relays[0].dropConnections()
            let session = try await sides.session(in: group)
            _ = try await session.say("hello")
            let signedIn = await sides.relays[0].signedIn
            #expect(!signedIn.isEmpty && !signedIn.contains(sides.client.publicKey))
            await session.close()
        }
    }

    @Test("what was read is not asked for again in the next run")
    func cheap() async throws {
        var options = TwoSides.Options()
        // On a busy machine the relay falls silent in the middle of a page, which would be asked for once more.
        options.relayClock = ManualClock()
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            _ = try await talk(130, in: group, sides)
            let first = try await sides.session(in: group)
            #expect(await first.heard.count == 130)
            await first.close()
            let before = await sides.relays[0].traffic.requests.count
            try await sides.hear("new", in: group)
            let second = try await sides.session(in: group)
            #expect(await second.heard == ["new"])
            await second.close()
            #expect(await sides.relays[0].traffic.requests.count - before <= 2)
        }
    }

    @Test(
        "a second that holds more than the relay gives is told, and nothing is sent before that is accepted")
    func gap() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let time = TwoSides.now() - 100
            for number in 0..<60 {
                let junk = try Rumor(
                    author: TestKeys.bob.publicKey, createdAt: time, kind: .groupEvent,
                    tags: [Tag("h", group.nostrGroupIDHex)], content: "\(number)"
                ).signed(by: TestKeys.bob, random: SystemRandom())
                try await sides.peerPool.publish(junk, within: .seconds(10))
            }
            await sides.relays[0].behave(Self.behaviour { $0.answerLimit = 50 })
            let session = try await sides.session(in: group)
            #expect(
                sides.log.texts(of: "warning").contains { $0.contains("more events of the second \(time)") })
            let failure = await #expect(throws: Failure.self) { try await session.say("hello?") }
            #expect(failure?.hints.contains { $0.contains("gaps=accept") } ?? false)
            _ = try await session.resumeGroup(group.nostrGroupIDHex, acceptsGaps: true)
            _ = try await session.say("hello")
            await session.close()
        }
    }

    @Test("a message without an OK is the same event when it is sent again, and confirmed by its echo")
    func unconfirmed() async throws {
        var options = TwoSides.Options()
        options.limits.publish = .seconds(2)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            await sides.relays[0].behave(Self.behaviour { $0.silence = .messages })
            let failure = await #expect(throws: Failure.self) { try await session.say("hello") }
            #expect(failure?.message.contains("sent, but unconfirmed") ?? false)
            #expect(failure?.isSafeToRepeat ?? false)
            await sides.relays[0].behave(RelayBehaviour())
            await sides.relays[0].dropConnections()
            // It is sent again by itself.
            try await session.until { await $0.transcript.contains { $0.isOurs && $0.text == "hello" } }
            _ = try await session.say("hello", isRetry: true)
            #expect(await session.transcript.filter(\.isOurs).count == 1)
            #expect(await sides.relays[0].stored([group.filter(since: nil)]).count == 1)
            await session.close()
        }
    }

    @Test("a change that was published late is looked for at once when something cannot be read without it")
    func lateCommit() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let early = try await sides.session(in: group)
            await early.close()
            let late = Mutex<Event?>(nil)
            await sides.relays[0].refuse { event in
                // The relay gets the commit only later.
                late.withLock { late in
                    if late == nil { late = event }
                    return late == event ? "error: later" : nil
                }
            }
            let pending = try await sides.peer.prepare(.updateKeys, in: group.id)
            _ = try? await sides.peerPool.publish(pending.event, within: .seconds(10))
            _ = try await sides.peer.confirm(pending.event.id, in: group.id)
            for number in 0..<30 { try await sides.hear("\(number)", in: group) }
            let stranded = try await sides.session(in: group)
            #expect(
                sides.log.texts(of: "warning").contains {
                    $0.contains("30 events of the group cannot be read")
                })
            #expect(await stranded.heard.isEmpty)
            await stranded.close()
            await sides.relays[0].refuse(nil)
            try await sides.peerPool.publish(pending.event, within: .seconds(10))
            try await sides.hear("30", in: group)
            let session = try await sides.session(in: group)
            #expect(await session.heard.count == 31)
            await session.close()
        }
    }

    @Test("junk without end: the next run asks for what is new all the same")
    func junk() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let content = Base64.encode([UInt8](repeating: 7, count: 100))
            for number in 0..<400 {
                let junk = try Rumor(
                    author: TestKeys.bob.publicKey, createdAt: TwoSides.now() - Int64(number),
                    kind: .groupEvent, tags: [Tag("h", group.nostrGroupIDHex), Tag("n", "\(number)")],
                    content: content
                ).signed(by: TestKeys.bob, random: SystemRandom())
                try await sides.peerPool.publish(junk, within: .seconds(10))
            }
            try await sides.hear("genuine", in: group)
            let first = try await sides.session(in: group)
            #expect(await first.heard == ["genuine"])
            await first.close()
            let before = await sides.relays[0].traffic.eventsSent
            let second = try await sides.session(in: group)
            _ = try await second.say("hello")
            await second.close()
            #expect(await sides.relays[0].traffic.eventsSent - before <= 250)
        }
    }

    @Test("relays that refuse the group for good are named at once")
    func refused() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            await sides.relays[0].behave(Self.behaviour { $0.refusal = "restricted: members only" })
            let session = try await sides.session(in: group)
            let failure = await #expect(throws: Failure.self) { try await session.say("hello") }
            #expect(failure?.message.contains("restricted: members only") ?? false)
            await session.close()
        }
    }

    @Test("a group whose Welcome was refused is completed, not doubled")
    func unfinished() async throws {
        try await TwoSides.with { sides in
            await sides.relays[0].refuse { $0.kind == .giftWrap ? "blocked: no" : nil }
            let session = try await sides.session()
            _ = try await session.provision(with: FakeProvider(), name: nil, keep: false)
            await session.found(sides.offer)
            await #expect(throws: (any Error).self) { try await session.createGroup(name: "talk") }
            await sides.relays[0].refuse(nil)
            _ = try await session.createGroup(name: "talk")
            #expect(await sides.client.groups.count == 1)
            await session.close()
        }
    }

    @Test(
        "the same words said once more are another message, also when the first try fails before anything is out"
    )
    func sameWords() async throws {
        var options = TwoSides.Options()
        options.limits.publish = .seconds(2)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            _ = try await session.say("hello")
            await sides.relays[0].refuse { _ in "rate-limited: slow down" }
            let failure = await #expect(throws: Failure.self) { try await session.say("hello") }
            #expect(failure?.isRateLimited ?? false)
            await sides.relays[0].refuse(nil)
            _ = try await session.say("hello", isRetry: true)
            #expect(await session.transcript.map(\.text) == ["hello", "hello"])
            #expect(await sides.relays[0].stored([group.filter(since: nil)]).count == 2)
            await session.close()
        }
    }
}
