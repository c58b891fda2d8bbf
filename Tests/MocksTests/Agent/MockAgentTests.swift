import Cryptography
import Foundation
import Marmot
import Nostr
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Mocks

/// One agent or several, and an owner whose every step the test makes itself, at a relay on this machine.
private struct AgentScene: Sendable {
    let relay: EmbeddedRelay
    let pool: RelayPool
    let owner: MarmotClient
    private let agents: [Task<Void, any Error>]
    let keys: [XOnlyKey]
    /// What the agents report.
    let reports: AsyncStream<MockAgent.Event>

    static func now() -> Int64 { Int64(Date().timeIntervalSince1970) }

    /// - Parameter answers: of each agent, whatever it is told; `{text}` is what it was told.
    static func with(
        answers: [String], within limit: Duration = .seconds(45),
        _ body: @escaping @Sendable (AgentScene) async throws -> Void
    ) async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let pool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        let (reports, reporting) = AsyncStream<MockAgent.Event>.makeStream()
        var (agents, keys): ([Task<Void, any Error>], [XOnlyKey]) = ([], [])
        for answer in answers {
            let key = try Secp256k1SecretKey.random(from: SystemRandom())
            let rules = ReplyRules([.init(pattern: nil, reply: answer)])
            let agent = try MockAgent(
                key: key, relays: [relay.url], owner: nil, behaviour: MockAgent.Behaviour { rules },
                report: { reporting.yield($0) })
            agents.append(Task { try await agent.run() })
            keys.append(key.publicKey)
        }
        let scene = AgentScene(
            relay: relay, pool: pool,
            owner: try MarmotClient(
                key: Secp256k1SecretKey.random(from: SystemRandom()), store: NoAccountStore(),
                random: SystemRandom(), now: now), agents: agents, keys: keys, reports: reports)
        let outcome: Result<Void, any Error>
        do {
            try await withDeadline(limit, clock: ContinuousClock()) { try await body(scene) }
            outcome = .success(())
        } catch { outcome = .failure(error) }
        for agent in agents { agent.cancel() }
        await pool.stop(grace: .zero)
        await relay.stop()
        try outcome.get()
    }

    func publish(_ event: Nostr.Event) async throws { try await pool.publish(event, within: .seconds(20)) }

    /// The newest key package of an agent, as soon as it is there.
    func offer(of agent: Int) async throws -> KeyPackageEvent {
        let subscription = await pool.subscribe([Filter(authors: [keys[agent]], kinds: [.keyPackage])])
        defer { Task { await pool.cancel(subscription) } }
        for await delivery in subscription.deliveries {
            if case .event(let event, _) = delivery { return try KeyPackageEvent(event, now: Self.now()) }
        }
        throw CancellationError()
    }

    func group(of agents: Int...) async throws -> MarmotGroup {
        var invitees: [KeyPackageEvent] = []
        for agent in agents { invitees.append(try await offer(of: agent)) }
        let (group, welcomes) = try await owner.createGroup(
            inviting: invitees, name: "g", description: "", relays: [relay.url],
            admins: [owner.publicKey])
        for welcome in welcomes { try await publish(owner.wrap(welcome)) }
        return group
    }

    func say(_ text: String, in group: MarmotGroup) async throws {
        try await publish(owner.encrypt(text, in: group.id).event)
    }

    func change(_ change: GroupChange, in group: MarmotGroup) async throws -> Nostr.Event {
        let pending = try await owner.prepare(change, in: group.id)
        _ = try await owner.confirm(pending.event.id, in: group.id)
        return pending.event
    }

    /// What the owner reads in the group until there are as many messages.
    func replies(_ count: Int, in group: MarmotGroup) async throws -> [String] {
        let subscription = await pool.subscribe([group.filter(since: nil)])
        defer { Task { await pool.cancel(subscription) } }
        var texts: [String] = []
        for await delivery in subscription.deliveries {
            guard case .event(let event, _) = delivery else { continue }
            for received in try await owner.receive(event) {
                guard case .success(.message(let rumor, _)) = received.result else { continue }
                texts.append(rumor.content)
                try await owner.showed([rumor.id], in: group.id)
            }
            if texts.count >= count { return texts }
        }
        throw CancellationError()
    }
}

@Suite("MockAgent among members who do not mean well", .timeLimit(.minutes(20)))
struct MockAgentTests {
    @Test("a message whose answer is too long costs only that answer")
    func tooLong() async throws {
        try await AgentScene.with(answers: ["echo: {text}{text}"]) { scene in
            let group = try await scene.group(of: 0)
            try await scene.say(String(repeating: "x", count: 90_000), in: group)
            try await scene.say("hi", in: group)
            #expect(try await scene.replies(1, in: group) == ["echo: hihi"])
        }
    }

    @Test(
        "two agents that answer each other come to an end",
        arguments: [["echo: {text}", "echo: {text}"], ["hello", "good day"]])
    func loop(answers: [String]) async throws {
        try await AgentScene.with(answers: answers) { scene in
            let group = try await scene.group(of: 0, 1)
            try await scene.say("hi", in: group)
            var silent = 0
            for await report in scene.reports {
                guard case .refused(let why) = report, why.contains("another agent") else { continue }
                silent += 1
                if silent == 2 { break }
            }
            let count = await scene.relay.stored([group.filter(since: nil)]).count
            #expect(count <= 1 + 2 * 10)
            // And the owner is still answered by both.
            try await scene.say("still there?", in: group)
            for await report in scene.reports where report == .message("still there?") {
                silent += 1
                if silent == 4 { break }
            }
        }
    }

    @Test("a Welcome that comes before the removal it follows is taken after it")
    func invitedAgain() async throws {
        try await AgentScene.with(answers: ["echo: {text}"]) { scene in
            let group = try await scene.group(of: 0)
            let offer = try await scene.offer(of: 0)
            let removal = try await scene.change(.remove([scene.keys[0]]), in: group)
            _ = try await scene.change(.invite([offer]), in: group)
            let welcome = try #require(await scene.owner.undeliveredWelcomes(of: group.id).last)
            try await scene.publish(scene.owner.wrap(welcome))
            try await scene.say("early", in: group)
            try await scene.publish(removal)
            #expect(try await scene.replies(1, in: group) == ["echo: early"])
        }
    }

    @Test("junk does not displace a message that overtakes its commit")
    func overtaken() async throws {
        try await AgentScene.with(answers: ["echo: {text}"]) { scene in
            let group = try await scene.group(of: 0)
            try await scene.say("first", in: group)
            _ = try await scene.replies(1, in: group)
            let commit = try await scene.change(.updateKeys, in: group)
            let junk = TestKeys.make(9)
            for number in 0..<Inbox.waitingLimit {
                let event = try Rumor(
                    author: junk.publicKey, createdAt: AgentScene.now(), kind: .groupEvent,
                    tags: [Nostr.Tag("h", group.nostrGroupIDHex)],
                    content: Base64.encode([UInt8](repeating: UInt8(number % 250) + 3, count: 40 + number))
                ).signed(by: junk, random: SystemRandom())
                try await scene.publish(event)
            }
            try await scene.say("second", in: group)
            try await scene.publish(commit)
            #expect(try await scene.replies(1, in: group) == ["echo: second"])
        }
    }

    /// PIKA_MESSAGES=10000 makes it long.
    @Test("answers every message while junk, strangers' invitations and texts without an answer come in")
    func busy() async throws {
        let count = Int(ProcessInfo.processInfo.environment["PIKA_MESSAGES"] ?? "") ?? 200
        try await AgentScene.with(answers: ["echo: {text}{text}"], within: .seconds(30 + count / 20)) {
            scene in
            let group = try await scene.group(of: 0)
            let stranger = try MarmotClient(
                key: Secp256k1SecretKey.random(from: SystemRandom()), store: NoAccountStore(),
                random: SystemRandom(), now: AgentScene.now)
            let offer = try await scene.offer(of: 0)
            let junk = TestKeys.make(9)
            let answers = Task { try await scene.replies(count, in: group) }
            for number in 0..<count {
                try await scene.say("\(number)", in: group)
                switch number % 40 {
                case 0:
                    let (_, welcomes) = try await stranger.createGroup(
                        inviting: [offer], name: "x", description: "", relays: [scene.relay.url],
                        admins: [stranger.publicKey])
                    try await scene.publish(stranger.wrap(welcomes[0]))
                case 10: try await scene.say(String(repeating: "x", count: 60_000), in: group)
                default:
                    let event = try Rumor(
                        author: junk.publicKey, createdAt: AgentScene.now(), kind: .groupEvent,
                        tags: [Nostr.Tag("h", group.nostrGroupIDHex)],
                        content: Base64.encode(try SystemRandom().bytes(100))
                    ).signed(by: junk, random: SystemRandom())
                    try await scene.publish(event)
                }
            }
            #expect(try await answers.value == (0..<count).map { "echo: \($0)\($0)" })
        }
    }
}
