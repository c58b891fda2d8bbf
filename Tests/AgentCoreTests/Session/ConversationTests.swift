import Marmot
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

/// What follows from what comes in.
@Suite("Conversation")
struct ConversationTests {
    typealias Effect = Conversation.Effect

    let peer = TestKeys.bob.publicKey
    let here: RelayURL
    let there: RelayURL
    var talk = Conversation(transcriptLimit: 10)

    init() throws {
        here = try RelayURL("ws://127.0.0.1:1")
        there = try RelayURL("ws://127.0.0.1:2")
    }

    func view(_ id: String = "a", leaving: Bool = false, at meeting: Set<RelayURL>? = nil)
        -> Conversation.GroupView
    {
        Conversation.GroupView(nostrGroupID: id, hasLeaveProposals: leaving, meeting: meeting ?? [here])
    }

    func rumor(_ text: String, kind: EventKind = .chatMessage) -> Rumor {
        Rumor(author: peer, createdAt: 1, kind: kind, content: text)
    }

    func message(_ text: String, kind: EventKind = .chatMessage) -> Result<GroupReception, any Error> {
        .success(.message(rumor(text, kind: kind), from: peer))
    }

    private struct Refused: Error {}

    /// One input to a current conversation: the names of the events reported, and what else follows.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let input: @Sendable (ConversationTests) -> Result<GroupReception, any Error>
        let events: [String]
        var isOver = false
        var replies: [String] = []
    }

    static let rows = [
        Row(testDescription: "message", input: { $0.message("hi") }, events: ["reply"], replies: ["hi"]),
        Row(
            testDescription: "typing notice",
            input: { $0.message("typing", kind: EventKind(rawValue: 20_067)) }, events: []),
        Row(
            testDescription: "reaction", input: { $0.message("+", kind: EventKind(rawValue: 7)) }, events: []),
        Row(
            testDescription: "epoch", input: { .success(.epochChanged(2, by: $0.peer)) }, events: ["epoch"]),
        Row(
            testDescription: "rollback",
            input: { .success(.rolledBack(to: 2, by: $0.peer, withheld: 0)) }, events: ["epoch", "warning"]),
        Row(
            testDescription: "rollback that withholds messages",
            input: { .success(.rolledBack(to: 2, by: $0.peer, withheld: 1)) },
            events: ["epoch", "warning", "warning"]),
        Row(
            testDescription: "rollback that undoes what we changed",
            input: { .success(.rolledBack(to: 2, by: $0.peer, withheld: 0, lost: [.renamed("x")])) },
            events: ["epoch", "warning", "warning"]),
        Row(
            testDescription: "removal", input: { .success(.removed(by: $0.peer)) }, events: ["removed"],
            isOver: true),
        Row(
            testDescription: "proposal", input: { .success(.proposal("leave", from: $0.peer)) }, events: []),
        Row(testDescription: "duplicate", input: { _ in .success(.duplicate) }, events: []),
        Row(testDescription: "waiting", input: { _ in .success(.waiting) }, events: []),
        Row(
            testDescription: "refused", input: { _ in .failure(Refused()) }, events: ["message.rejected"]),
    ]

    func names(_ effects: [Effect]) -> [String] {
        effects.compactMap { if case .report(let event) = $0 { event.name } else { nil } }
    }

    func deeds(_ effects: [Effect]) -> [Effect] {
        effects.filter { if case .report = $0 { false } else { true } }
    }

    @Test("each input leads to its events, in a current conversation also to what is owed", arguments: rows)
    mutating func inputs(row: Row) {
        #expect(talk.begin("a", isNew: true) == [.listen(nostrGroupID: "a")])
        let effects = talk.received([row.input(self)], in: talk.number, group: view(), now: 5)
        #expect(names(effects) == row.events)
        #expect(deeds(effects) == [.resendOwed])
        #expect((talk.end != nil) == row.isOver)
        #expect(talk.replies(from: 0).map(\.text) == row.replies)
        if row.isOver {
            #expect { try talk.requireOpen() } throws: { ($0 as? Failure)?.isRetryable == false }
        } else {
            #expect(throws: Never.self) { try talk.requireOpen() }
        }
    }

    @Test("replies are the agent's; what others say has their name, and counts where they are asked for")
    mutating func speakers() throws {
        let (agent, other) = (KeyText.npub(TestKeys.carol.publicKey), KeyText.npub(peer))
        _ = talk.begin("a", isNew: true, agent: agent)
        talk.append(rumor("ours"), isOurs: true, now: 1)
        let effects = talk.received([message("theirs")], in: talk.number, group: view(), now: 1)
        #expect(names(effects) == ["message"])
        guard case .report(let event)? = effects.first else { return #expect(Bool(false), "no report") }
        #expect(event.role == .received(from: "\(other.prefix(12))…") && event.confidential == ["text"])
        let carols = Rumor(
            author: TestKeys.carol.publicKey, createdAt: 1, kind: .chatMessage, content: "the agent's")
        let replies = talk.received(
            [.success(.message(carols, from: carols.author))], in: talk.number, group: view(), now: 1)
        #expect(names(replies) == ["reply"])
        #expect(talk.replies(from: 0).map(\.text) == ["the agent's"])
        #expect(talk.replies(from: 0, by: .anybody).map(\.text) == ["theirs", "the agent's"])
        #expect(talk.replies(from: 0, by: .account(other)).map(\.text) == ["theirs"])
        #expect(talk.replies(from: 2, by: .account(other)).isEmpty)
        #expect(talk.transcript.map(\.speaker) == ["you", "\(other.prefix(12))…", "agent"])
    }

    @Test("where nobody knows who the agent is, every other member's words are replies, under their names")
    mutating func unknownAgent() {
        _ = talk.begin("a", isNew: true)
        #expect(names(talk.received([message("x")], in: talk.number, group: view(), now: 1)) == ["reply"])
        #expect(talk.replies(from: 0).map(\.speaker) == ["\(KeyText.npub(peer).prefix(12))…"])
    }

    @Test("a reply carries its text as confidential, its author, its number and its time")
    mutating func reply() throws {
        _ = talk.begin("a", isNew: true)
        talk.append(rumor("question"), isOurs: true, now: 4)
        let effects = talk.received([message("answer")], in: talk.number, group: view(), now: 5)
        guard case .report(let event)? = effects.first else { return #expect(Bool(false), "no report") }
        #expect(event.confidential == ["text"] && event.fields["text"] == .text("answer"))
        let reply = try #require(talk.replies(from: 0).first)
        #expect(reply.number == 1 && reply.time == 5000 && !reply.isOurs)
        #expect(reply.sender == KeyText.npub(peer))
        #expect(talk.transcript.map(\.text) == ["question", "answer"] && talk.cursor == 2)
    }

    @Test("who wants to leave is let go, once the backlog is read")
    mutating func leaves() {
        _ = talk.begin("a", isNew: false)
        let proposal = Result<GroupReception, any Error>.success(.proposal("leave", from: peer))
        #expect(
            talk.received([proposal], in: talk.number, group: view(leaving: true), now: 0).isEmpty)
        talk.backlogIsRead()
        #expect(
            talk.received([proposal], in: talk.number, group: view(leaving: true), now: 0)
                == [.resendOwed, .commitLeaves])
    }

    @Test("the end of what a relay of the group had leads to what waited for it, once")
    mutating func endOfBacklog() {
        _ = talk.begin("a", isNew: false)
        let group = view(leaving: true, at: [here, there])
        #expect(talk.received([message("x")], in: talk.number, group: group, now: 0).count == 1)
        #expect(talk.wasRead(here, gaps: [], group: group) == [.resendOwed, .commitLeaves])
        #expect(talk.wasRead(there, gaps: [], group: group).isEmpty)
        #expect(
            deeds(talk.received([message("y")], in: talk.number, group: group, now: 0))
                == [.resendOwed, .commitLeaves])
    }

    @Test("nothing is owed where we are on none of the group's relays, or where it is gone")
    mutating func nowhere() {
        _ = talk.begin("a", isNew: true)
        let group = view(leaving: true, at: [])
        #expect(deeds(talk.received([message("x")], in: talk.number, group: group, now: 0)).isEmpty)
        #expect(deeds(talk.received([message("x")], in: talk.number, group: nil, now: 0)).isEmpty)
        #expect(talk.wasRead(here, gaps: [], group: nil).isEmpty)
    }

    @Test("an epoch is told once, by echo or by OK; another committer's, another epoch and a rollback anew")
    mutating func announcements() {
        let other = TestKeys.carol.publicKey
        _ = talk.begin("a", isNew: true)
        #expect(names(talk.announce(2, by: peer)) == ["epoch"])
        #expect(talk.announce(2, by: peer).isEmpty)
        #expect(
            names(
                talk.received(
                    [.success(.epochChanged(2, by: peer))], in: talk.number, group: view(), now: 0)
            ).isEmpty)
        #expect(names(talk.announce(2, by: other)) == ["epoch"])
        #expect(names(talk.announce(3, by: other)) == ["epoch"])
        let back = Result<GroupReception, any Error>.success(.rolledBack(to: 3, by: other, withheld: 0))
        #expect(
            names(talk.received([back], in: talk.number, group: view(), now: 0)) == ["epoch", "warning"])
        #expect(talk.announce(3, by: other).isEmpty)
        // The next conversation knows nothing of it.
        talk.stop()
        _ = talk.begin("b", isNew: true)
        #expect(names(talk.announce(3, by: other)) == ["epoch"])
    }

    @Test("a new Nostr id is followed, and the old one is left after it")
    mutating func rotation() {
        _ = talk.begin("a", isNew: true)
        let commit = Result<GroupReception, any Error>.success(.epochChanged(2, by: peer))
        let effects = talk.received([commit], in: talk.number, group: view("b"), now: 0)
        #expect(
            deeds(effects) == [
                .listen(nostrGroupID: "b"), .stopListening(nostrGroupID: "a"), .resendOwed,
            ])
        #expect(talk.listeningTo == "b" && talk.backlog(at: [here]) == .read)
        // The echo of the same commit: told already.
        #expect(talk.announce(2, by: peer).isEmpty)
    }

    @Test("a new Nostr id in the backlog: what came under the old one is not the whole")
    mutating func rotationInBacklog() {
        _ = talk.begin("a", isNew: false)
        _ = talk.wasRead(here, gaps: [0...9], group: view(at: [here, there]))
        #expect(talk.backlog(at: [here, there]) == .incomplete)
        let commit = Result<GroupReception, any Error>.success(.epochChanged(2, by: peer))
        #expect(
            deeds(
                talk.received(
                    [commit], in: talk.number, group: view("b", leaving: true, at: [here, there]), now: 0))
                == [.listen(nostrGroupID: "b"), .stopListening(nostrGroupID: "a")])
        #expect(talk.backlog(at: [here, there]) == .unread)
    }

    @Test("a new Nostr id and our removal in one go: it is over all the same")
    mutating func rotationAndRemoval() {
        _ = talk.begin("a", isNew: true)
        _ = talk.received(
            [.success(.epochChanged(2, by: peer)), .success(.removed(by: peer))], in: talk.number,
            group: view("b"), now: 0)
        #expect(talk.end != nil)
    }

    @Test("a commit that rolls our removal back opens the conversation again")
    mutating func removalRolledBack() {
        _ = talk.begin("a", isNew: true)
        _ = talk.received([.success(.removed(by: peer))], in: talk.number, group: view(), now: 0)
        #expect(talk.end != nil)
        _ = talk.received(
            [.success(.rolledBack(to: 2, by: peer, withheld: 0))], in: talk.number, group: view(), now: 0)
        #expect(talk.end == nil)
    }

    @Test("of an earlier conversation only the messages count")
    mutating func late() {
        _ = talk.begin("a", isNew: true)
        let earlier = talk.number
        talk.stop()
        _ = talk.begin("b", isNew: true)
        let effects = talk.received(
            [message("late"), .success(.epochChanged(9, by: peer)), .success(.removed(by: peer))],
            in: earlier, group: view("a", leaving: true), now: 0)
        #expect(names(effects) == ["reply"] && deeds(effects).isEmpty)
        #expect(talk.end == nil && talk.listeningTo == "b")
    }

    @Test("after the end of listening no Nostr id is followed, and nothing is owed")
    mutating func stopped() {
        _ = talk.begin("a", isNew: true)
        talk.stop()
        let effects = talk.received([message("last")], in: talk.number, group: view("b"), now: 0)
        #expect(names(effects) == ["reply"] && deeds(effects).isEmpty && talk.listeningTo == nil)
    }

    // MARK: Backlog

    @Test("the backlog: unread, incomplete, read")
    mutating func backlog() {
        let meeting: Set = [here, there]
        #expect(talk.begin("a", isNew: true) == [.listen(nostrGroupID: "a")])
        #expect(talk.backlog(at: meeting) == .read && talk.isNew)
        _ = talk.begin("a", isNew: false)
        #expect(talk.backlog(at: meeting) == .unread && !talk.isNew)
        _ = talk.wasRead(there, gaps: [5...5], group: view(at: meeting))
        #expect(talk.backlog(at: meeting) == .incomplete)
        #expect(talk.backlog(at: [here]) == .unread)
        _ = talk.wasRead(here, gaps: [], group: view(at: meeting))
        #expect(talk.backlog(at: meeting) == .read)
        #expect(talk.backlog(at: [there]) == .incomplete)
        _ = talk.begin("b", isNew: false)
        #expect(talk.backlog(at: meeting) == .unread)
        talk.backlogIsRead()
        #expect(talk.backlog(at: meeting) == .read)
    }

    @Test("a relay that keeps something back is named, with the time")
    mutating func gap() {
        _ = talk.begin("a", isNew: false)
        let effects = talk.wasRead(here, gaps: [77...99], group: view(at: [here]))
        guard case .report(let event)? = effects.first else { return #expect(Bool(false), "no report") }
        #expect(event.text.contains(here.text) && event.text.contains("77") && event.text.contains("99"))
        #expect(effects.count == 1)
    }

    @Test("a failed wait is remembered until the conversation begins anew, whoever else delivers")
    mutating func failure() {
        let failure = Failure(.unreachable, "silence")
        _ = talk.begin("a", isNew: false)
        talk.backlogFailed(failure)
        _ = talk.wasRead(there, gaps: [], group: view())
        #expect(talk.backlogFailure == failure)
        _ = talk.begin("a", isNew: false)
        #expect(talk.backlogFailure == nil)
    }

    @Test("what had no room while it waited is asked for again once there was a change, and not before")
    mutating func noRoom() {
        _ = talk.begin("a", isNew: true)
        let group = Conversation.GroupView(
            nostrGroupID: "a", hasLeaveProposals: false, meeting: [here], missingSince: 70)
        #expect(
            deeds(talk.received([.success(.waiting)], in: talk.number, group: group, now: 0)) == [.resendOwed]
        )
        let change = Result<GroupReception, any Error>.success(.epochChanged(2, by: peer))
        #expect(
            deeds(talk.received([change], in: talk.number, group: group, now: 0))
                == [.listenAgain(since: 70), .resendOwed])
    }

    @Test("what is no message of the group is told once, and then by numbers")
    mutating func junk() {
        _ = talk.begin("a", isNew: true)
        let junk = Result<GroupReception, any Error>.failure(
            MarmotError.groupEventRejected(MarmotCheck("MAR-EVENT-00", "because")))
        var told: [String] = []
        for _ in 0..<250 {
            told += talk.received([junk], in: talk.number, group: view(at: []), now: 0).compactMap {
                if case .report(let event) = $0 { event.text } else { nil }
            }
        }
        #expect(told.count == 3 && told[0].contains("because") && told[2].contains("100 events"))
        let last = talk.wasRead(here, gaps: [], group: view(at: [here]))
        #expect(
            last.contains {
                if case .report(let event) = $0 { event.text.contains("250 events") } else { false }
            })
    }

    @Test("a relay that ends the subscription is named, with its reason")
    mutating func closed() {
        for (reason, words) in [("auth-required: who?", "auth-required: who?"), ("", "no reason given")] {
            guard case .report(let event)? = talk.subscriptionClosed(by: here, reason, isFinal: true).first
            else {
                return #expect(Bool(false), "no report")
            }
            #expect(event.role == .warning)
            #expect(event.text.contains(here.text) && event.text.contains(words))
        }
    }

    // MARK: Transcript

    @Test("the transcript keeps the newest; numbers go on")
    mutating func limit() {
        for count in 0..<100 {
            talk.append(rumor("\(count)"), isOurs: count % 2 == 0, now: 0)
            #expect(talk.transcript.count <= 20 && talk.transcript.count >= min(count + 1, 10))
        }
        #expect(talk.transcript.last?.number == 99 && talk.cursor == 100)
        #expect(talk.transcript.map(\.number) == Array(100 - talk.transcript.count..<100))
    }

    @Test("replies from a cursor on, without what we said")
    mutating func replies() {
        for (text, isOurs) in [("a", false), ("b", true), ("c", false), ("d", false)] {
            talk.append(rumor(text), isOurs: isOurs, now: 0)
        }
        #expect(talk.replies(from: 0).map(\.text) == ["a", "c", "d"])
        #expect(talk.replies(from: 2).map(\.text) == ["c", "d"])
        #expect(talk.replies(from: 3).map(\.text) == ["d"])
        #expect(talk.replies(from: 4).isEmpty)
    }

    @Test("reading never goes back")
    mutating func reading() {
        talk.read(upTo: 3)
        talk.read(upTo: 1)
        #expect(talk.readUpTo == 3)
        talk.read(upTo: 4)
        #expect(talk.readUpTo == 4)
    }
}
