import Cryptography
import Mocks
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("GroupFeed over a relay", .timeLimit(.minutes(4)))
struct GroupFeedTests {
    private struct Scene: Sendable {
        let relay: EmbeddedRelay
        let pool: RelayPool
        let feed: GroupFeed

        func publish(_ text: String, to group: String, at time: Int64 = TwoSides.now()) async throws {
            let event = try Rumor(
                author: TestKeys.bob.publicKey, createdAt: time, kind: .groupEvent,
                tags: [Tag("h", group)], content: text
            ).signed(by: TestKeys.bob, random: SystemRandom())
            try await pool.publish(event, within: .seconds(10))
        }
    }

    private func withFeed(_ body: (Scene) async throws -> Void) async throws {
        var limits = EmbeddedRelay.Limits()
        // Enough for the chunks, each with a page and one to renew: far from one per group.
        limits.subscriptions = 9
        let relay = try EmbeddedRelay(limits: limits)
        await relay.start()
        let pool = RelayPool([relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        let outcome: Result<Void, any Error>
        do {
            try await body(
                Scene(relay: relay, pool: pool, feed: GroupFeed(pool: pool, now: TwoSides.now)))
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await pool.stop()
        await relay.stop()
        try outcome.get()
    }

    private func group(_ number: Int) -> String {
        Hex.encode([UInt8](repeating: UInt8(number), count: 32))
    }

    /// The contents of the next events; what else comes is skipped.
    private func texts(_ queue: DeliveryQueue) async -> [String]? {
        while let item = await queue.next() {
            if case .events(let events, _) = item.delivery { return events.map(\.content) }
        }
        return nil
    }

    /// What the relay has told, then that this was all.
    private func backlog(_ queue: DeliveryQueue) async -> [String]? {
        var texts: [String] = []
        while let item = await queue.next() {
            switch item.delivery {
            case .events(let events, _): texts += events.map(\.content)
            case .read: return texts
            case .known, .progress, .closed: break
            }
        }
        return nil
    }

    @Test("40 groups take four subscriptions; each group's events go to its own queue")
    func chunks() async throws {
        try await withFeed { scene in
            let queues = (0..<40).map { DeliveryQueue(owner: "\($0)") }
            for (number, queue) in queues.enumerated() { await scene.feed.listen(to: group(number), queue) }
            #expect(await scene.feed.members.values.map(\.count).sorted() == [10, 10, 10, 10])
            for number in queues.indices { try await scene.publish("for \(number)", to: group(number)) }
            for (number, queue) in queues.enumerated() { #expect(await texts(queue) == ["for \(number)"]) }
            for (number, queue) in queues.enumerated() {
                await scene.feed.stopListening(to: group(number), queue)
            }
            #expect(await scene.feed.members.isEmpty)
        }
    }

    @Test("groups come and go while events come in, and none is missed by those that stay")
    func comingAndGoing() async throws {
        try await withFeed { scene in
            let (staying, passing) = (DeliveryQueue(owner: "stays"), DeliveryQueue(owner: "passes"))
            await scene.feed.listen(to: group(0), staying)
            let publishing = Task {
                for number in 0..<60 { try await scene.publish("\(number)", to: group(0)) }
            }
            for round in 0..<5 {
                await withTaskGroup(of: Void.self) { tasks in
                    for number in 1...6 {
                        tasks.addTask { await scene.feed.listen(to: group(round * 6 + number), passing) }
                    }
                }
                for number in 1...6 {
                    await scene.feed.stopListening(to: group(round * 6 + number), passing)
                }
            }
            try await publishing.value
            var seen = Set<String>()
            while seen.count < 60, let texts = await texts(staying) { seen.formUnion(texts) }
            #expect(seen.count == 60)
        }
    }

    /// The relay allows nine subscriptions.
    @Test("sixteen groups that come at the same moment are two subscriptions, not sixteen")
    func atOnce() async throws {
        try await withFeed { scene in
            let queue = DeliveryQueue(owner: "main")
            await withTaskGroup(of: Void.self) { tasks in
                for number in 0..<16 {
                    tasks.addTask { await scene.feed.listen(to: group(number), queue) }
                }
            }
            for number in 0..<16 { try await scene.publish("\(number)", to: group(number)) }
            var missing = Set((0..<16).map { "\($0)" })
            while !missing.isEmpty, let item = await queue.next() {
                switch item.delivery {
                case .events(let events, _): missing.subtract(events.map(\.content))
                case .closed(_, let why, _): Issue.record("the relay refused: \(why)")
                case .known, .progress, .read: break
                }
            }
        }
    }

    @Test("stored events come first, then the relay's end of them")
    func backlog() async throws {
        try await withFeed { scene in
            try await scene.publish("old", to: group(1))
            let queue = DeliveryQueue(owner: "main")
            await scene.feed.listen(to: group(1), queue)
            #expect(await backlog(queue) == ["old"])
        }
    }

    @Test("what is too old to be accepted is not even asked for")
    func tooOld() async throws {
        try await withFeed { scene in
            try await scene.publish("ancient", to: group(1), at: TwoSides.now() - 46 * 86_400)
            let queue = DeliveryQueue(owner: "main")
            await scene.feed.listen(to: group(1), queue)
            #expect(await backlog(queue) == [])
        }
    }

    @Test("to listen once more is to be told everything once more")
    func again() async throws {
        try await withFeed { scene in
            let queue = DeliveryQueue(owner: "main")
            try await scene.publish("old", to: group(1))
            for _ in 0..<2 {
                await scene.feed.listen(to: group(1), queue)
                #expect(await texts(queue) == ["old"])
            }
        }
    }

    @Test("a group that comes to a subscription does not make the others' known events be asked for again")
    func cheapNeighbours() async throws {
        try await withFeed { scene in
            for number in 0..<60 { try await scene.publish("\(number)", to: group(1)) }
            let (queue, other) = (DeliveryQueue(owner: "main"), DeliveryQueue(owner: "other"))
            await scene.feed.listen(to: group(1), queue)
            #expect(await backlog(queue)?.count == 60)
            // What was handed out is known once the next one is asked for.
            try await scene.publish("live", to: group(1))
            #expect(await texts(queue) == ["live"])
            let before = await scene.relay.traffic.requests.count
            await scene.feed.listen(to: group(2), other, isNew: true)
            _ = await backlog(queue)
            #expect(await scene.relay.traffic.requests.count - before == 1)
        }
    }

    @Test("one who was followed by another cannot end the other's listening")
    func takenOver() async throws {
        try await withFeed { scene in
            let (first, second) = (DeliveryQueue(owner: "first"), DeliveryQueue(owner: "second"))
            await scene.feed.listen(to: group(1), first)
            #expect(await scene.feed.listener(to: group(1)) == "first")
            await scene.feed.listen(to: group(1), second)
            await scene.feed.stopListening(to: group(1), first)
            #expect(await scene.feed.listener(to: group(1)) == "second")
            try await scene.publish("still", to: group(1))
            #expect(await texts(second) == ["still"])
            await scene.feed.stopListening(to: group(1), second)
            #expect(await scene.feed.listener(to: group(1)) == nil)
        }
    }

    @Test("who has too much to do holds the relay up, and misses nothing")
    func slow() async throws {
        try await withFeed { scene in
            let queue = DeliveryQueue(owner: "slow")
            await scene.feed.listen(to: group(1), queue)
            let text = String(repeating: "x", count: 60_000)
            for number in 0..<60 { try await scene.publish("\(number) \(text)", to: group(1)) }
            var numbers: [Int] = []
            while numbers.count < 60, let texts = await texts(queue) {
                numbers += texts.map { Int($0.prefix { $0 != " " }) ?? -1 }
            }
            #expect(numbers.sorted() == Array(0..<60))
        }
    }
}
