import AgentFakes
import Marmot
import Mocks
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("AgentSession over real relays", .timeLimit(.minutes(4)))
struct AgentSessionTests {
    // MARK: Reading and saying

    @Test("what was said before the last say is no answer to it; what comes before the relay's OK is one")
    func readUpTo() async throws {
        let chosen = Chosen()
        let gate = Gate { chosen.contains($0) }
        var options = TwoSides.Options()
        options.interference = gate
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            try await sides.hear("before", in: group)
            try await session.untilHeard(["before"])
            chosen.choose(group)
            let saying = Task { try await session.say("question") }
            await gate.holds()
            try await sides.hear("early answer", in: group)
            try await session.untilHeard(["early answer"])
            gate.open()
            _ = try await saying.value
            let unread = await session.replies(from: session.readUpTo)
            #expect(unread.map(\.text) == ["early answer"])
            await session.read(upTo: unread[0].number + 1)
            // Looking back makes nothing unread.
            #expect(await session.replies(from: 0).map(\.text) == ["before", "early answer"])
            #expect(await session.replies(from: session.readUpTo).isEmpty)
            #expect(await session.transcript.map(\.text) == ["before", "early answer", "question"])
            await session.close()
        }
    }

    @Test("what `say` itself catches up with is no answer to it")
    func backlogIsNoAnswer() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            try await sides.hear("yesterday", in: group)
            let session = try await sides.session()
            await session.use(group)
            _ = try await session.say("question")
            #expect(await session.heard == ["yesterday"])
            #expect(await session.replies(from: session.readUpTo).isEmpty)
            await session.close()
        }
    }

    @Test("typing notices are not replies")
    func typing() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            try await sides.hear("typing", kind: EventKind(rawValue: 20_067), in: group)
            try await sides.hear("answer", in: group)
            try await session.untilHeard(["answer"])
            #expect(await session.heard == ["answer"])
            await session.close()
        }
    }

    @Test("a group that moved meanwhile is spoken to where it is now")
    func moved() async throws {
        var options = TwoSides.Options()
        options.relays = 2
        try await TwoSides.with(options) { sides in
            let (old, new) = (sides.relays[0], sides.relays[1])
            let group = try await sides.group(at: [old.url])
            try await sides.peerChanges(.relays([new.url]), in: group, to: [old.url])
            let session = try await sides.session()
            await session.use(group)
            let (message, _, _) = try await session.say("hello")
            #expect(message.text == "hello")
            // The new one has it as soon as it is asked; the old one has the change, and the message: the peer may have moved the group to
            // a place where nobody else is.
            try await session.until { _ in
                let counts = [
                    await new.stored([group.filter(since: nil)]).count,
                    await old.stored([group.filter(since: nil)]).count,
                ]
                return counts == [1, 2]
            }
            await session.close()
        }
    }

    @Test("a change of the relays goes to the old ones, what follows it to the new ones")
    func movesOn() async throws {
        var options = TwoSides.Options()
        options.relays = 2
        try await TwoSides.with(options) { sides in
            let (old, new) = (sides.relays[0], sides.relays[1])
            let group = try await sides.group(at: [old.url])
            let session = try await sides.session(in: group)
            let moved = try await session.change(.relays([new.url]), as: "group relays")
            #expect(moved.relays == [new.url])
            #expect(await old.stored([group.filter(since: nil)]).count == 1)
            try await sides.peerReads(in: group) { if case .epochChanged = $0 { true } else { false } }
            let (_, relay, _) = try await session.say("here")
            #expect(relay == new.url.text)
            #expect(await old.stored([group.filter(since: nil)]).count == 1)
            await session.close()
        }
    }

    @Test("one who was removed meanwhile is told so, by whom, and says nothing")
    func removedMeanwhile() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            try await sides.peerChanges(.remove([sides.client.publicKey]), in: group)
            let session = try await sides.session()
            await session.use(group)
            let failure = await #expect(throws: Failure.self) { try await session.say("hello?") }
            #expect(failure?.message == "\(KeyText.npub(sides.peer.publicKey)) removed us from the group")
            #expect(failure?.isRetryable == false)
            await session.close()
        }
    }

    // MARK: Relays that are silent

    @Test("one relay dead: the living one's word is taken after a moment, once, with a warning")
    func oneDead() async throws {
        var options = TwoSides.Options()
        options.relays = 2
        try await TwoSides.with(options) { sides in
            var mute = RelayBehaviour()
            mute.silence = .messages
            await sides.relays[1].behave(mute)
            let group = try await sides.group()
            try await sides.peerChanges(.updateKeys, in: group, to: [sides.relays[0].url])
            let session = try await sides.session(in: group)
            #expect(try await session.group(for: "test").mls.epoch == 2)
            let warnings = sides.log.texts(of: "warning")
            #expect(warnings.count == 1 && warnings[0].contains(sides.relays[1].url.text))
            _ = try await session.say("hello")
            #expect(sides.log.texts(of: "warning").count == 1)
            await session.close()
        }
    }

    @Test("a relay that ends the subscription: told, with the session's name, and nothing is sent blindly")
    func closedSubscription() async throws {
        var options = TwoSides.Options()
        options.relayLimits.filters = 0
        options.limits.catchUp = .milliseconds(300)
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            let session = try await sides.session("blind", in: group)
            let failure = await #expect(throws: Failure.self) { try await session.say("hello?") }
            #expect(failure?.code == .unreachable)
            await sides.log.until { $0.texts(of: "warning").contains { $0.contains("ended our") } }
            let warning = try #require(
                sides.log.events.first { $0.text.contains("ended our subscription") })
            #expect(warning.session == "blind" && warning.text.contains("invalid:"))
            await session.close()
        }
    }

    @Test("a relay that never answers is waited for once, and not by every command")
    func neverAnswering() async throws {
        let clock = ManualClock()
        var options = TwoSides.Options()
        options.clock = clock
        try await TwoSides.with(options) { sides in
            let group = try await sides.group()
            var mute = RelayBehaviour()
            mute.silence = .messages
            await sides.relays[0].behave(mute)
            await sides.relays[0].dropConnections()
            let limit = sides.environment.limits.catchUp
            let session = try await sides.session()
            let using = Task { try await session.resumeGroup(group.nostrGroupIDHex) }
            await clock.pause(of: limit, orUpTo: limit)
            clock.advance(by: limit)
            _ = try await using.value
            // The clock stands still: whoever waited now would wait for ever.
            let failure = await #expect(throws: Failure.self) { try await session.say("hello?") }
            #expect(failure?.message == "no relay has delivered what happened in the group meanwhile")
            await #expect(throws: Failure.self) { try await session.leaveGroup() }
            await session.close()
        }
    }

    // MARK: Several groups, several sessions

    @Test("a group in which another session talks is not taken away from it")
    func takenGroup() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let first = try await sides.session("first", in: group)
            let second = try await sides.session("second")
            let failure = await #expect(throws: Failure.self) { try await second.resumeGroup(nil) }
            #expect(failure?.code == .usage && failure?.hints == ["`use first` goes on there"])
            try await sides.hear("to the first", in: group)
            try await first.untilHeard(["to the first"])
            await first.close()
            _ = try await second.resumeGroup(nil)
            try await sides.hear("to the second", in: group)
            try await second.untilHeard(["to the second"])
            await second.close()
        }
    }

    @Test("of several groups none is guessed; the beginning of an id or a name is enough")
    func several() async throws {
        try await TwoSides.with { sides in
            let groups = [try await sides.group("one"), try await sides.group("other")]
            let session = try await sides.session()
            let failure = await #expect(throws: Failure.self) { try await session.resumeGroup(nil) }
            #expect(failure?.code == .usage && failure?.hints.count == 2)
            #expect(try await session.resumeGroup("other").id == groups[1].id)
            let id = groups[0].nostrGroupIDHex.prefix(12).uppercased()
            #expect(try await session.resumeGroup(id).id == groups[0].id)
            let unknown = await #expect(throws: Failure.self) { try await session.resumeGroup("third") }
            #expect(unknown?.message == "there is no group third in the state directory")
            await session.close()
        }
    }

    @Test("from one group to the other and back: each time nothing is missed, nothing comes twice")
    func backAndForth() async throws {
        try await TwoSides.with { sides in
            let (one, other) = (try await sides.group("one"), try await sides.group("other"))
            let session = try await sides.session(in: one)
            var expected: [String] = []
            for round in 0..<4 {
                for (group, name) in [(one, "one"), (other, "other")] {
                    _ = try await session.resumeGroup(group.nostrGroupIDHex)
                    let elsewhere = name == "one" ? other : one
                    try await sides.hear("\(name) \(round)", in: group)
                    try await sides.hear("elsewhere \(name) \(round)", in: elsewhere)
                    expected += ["\(name) \(round)", "elsewhere \(name) \(round)"]
                    try await session.untilHeard(["\(name) \(round)"])
                }
            }
            for group in [one, other] { _ = try await session.resumeGroup(group.nostrGroupIDHex) }
            #expect(await session.heard.sorted() == expected.sorted())
            await session.close()
        }
    }

    @Test("every event of two sessions names the one it concerns")
    func names() async throws {
        try await TwoSides.with { sides in
            let groups = [try await sides.group("a"), try await sides.group("b")]
            var sessions: [AgentSession] = []
            for group in groups {
                sessions.append(try await sides.session("session \(group.data.name)", in: group))
            }
            for (session, group) in zip(sessions, groups) {
                _ = try await session.say("from us to \(group.data.name)")
                try await sides.hear("to \(group.data.name)", in: group)
                try await session.untilHeard(["to \(group.data.name)"])
                _ = try await session.change(.updateKeys, as: "group update-keys")
                try await sides.peerReads(in: group) {
                    if case .epochChanged = $0 { true } else { false }
                }
                try await sides.peerChanges(.remove([sides.client.publicKey]), in: group)
                try await session.until { await $0.conversationEnd != nil }
            }
            for (session, group) in zip(sessions, groups) {
                let own = sides.log.events.filter { $0.session == session.name }
                #expect(own.map(\.name) == ["sent", "reply", "epoch", "removed"], "\(group.data.name)")
                await session.close()
            }
            #expect(sides.log.events.allSatisfy { $0.session != nil })
        }
    }

    // MARK: The end

    @Test("what waits for a session ends with it: that is no success")
    func closedMeanwhile() async throws {
        var options = TwoSides.Options()
        options.limits.catchUp = .seconds(60)
        try await TwoSides.with(options) { sides in
            var slow = RelayBehaviour()
            slow.delay = .seconds(100)
            await sides.relays[0].behave(slow)
            let group = try await sides.group()
            let session = try await sides.session()
            let using = Task { try await session.resumeGroup(nil) }
            // Nothing happens in a session that waits for a relay, so it is asked.
            while await sides.environment.feed.listener(to: group.nostrGroupIDHex) == nil {
                await Task.yield()
            }
            let saying = Task { try await session.say("lost") }
            let pending = Task { try await session.awaitPendingReplies(within: .seconds(60)) }
            await session.close()
            await #expect(throws: CancellationError.self) { try await using.value }
            await #expect(throws: (any Error).self) { try await saying.value }
            _ = await pending.result
            #expect(await sides.relays[0].storedCount == 0)
            // Whoever asks afterwards waits for nothing.
            for await _ in await session.activity() {}
            #expect(await sides.environment.feed.members.isEmpty)
        }
    }

    @Test("to close while an errand publishes takes no time, and what it would have sent stays")
    func closeDuringErrand() async throws {
        let chosen = Chosen()
        let gate = Gate { chosen.contains($0) }
        var options = TwoSides.Options()
        options.interference = gate
        try await TwoSides.with(options) { sides in
            let group = try await sides.group(peerIsAdmin: false)
            let session = try await sides.session(in: group)
            chosen.choose(group)
            try await sides.peerPool.publish(try await sides.peer.leave(group.id), within: .seconds(10))
            await gate.holds()
            await session.close()
            #expect(sides.log.texts(of: "warning").isEmpty)
            #expect(await sides.client.group(group.id)?.pendingCommit != nil)
            gate.open()
            let next = try await sides.session("next", in: group)
            try await next.until { session in
                let group = try await session.group(for: "test")
                return group.members.count == 1 && group.pendingCommit == nil
            }
            await next.close()
        }
    }

    @Test("a wait for replies ends with the session, without a reply")
    func closedWhilePending() async throws {
        try await TwoSides.with { sides in
            let session = try await sides.session(in: try await sides.group())
            _ = try await session.say("hello")
            let waiting = Task { try await session.awaitPendingReplies(within: .seconds(60)) }
            await Task.yield()
            await session.close()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }
}

extension AgentSession {
    /// As after a `group use` whose relays had not answered yet: nothing has been read.
    func use(_ group: MarmotGroup) async {
        state.resumed(group: group.id, name: group.data.name)
        await listen(to: group)
    }
}
