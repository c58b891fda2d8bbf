import Cryptography
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("DeliveryQueue", .timeLimit(.minutes(4)))
struct DeliveryQueueTests {
    @Test("what was put in comes in that order, with the group it came for; what is forgotten does not")
    func order() async throws {
        let queue = DeliveryQueue(owner: "main")
        let relay = try RelayURL("ws://127.0.0.1:7")
        await queue.put(.progress(relay), of: "forgotten")
        queue.clear()
        for group in ["a", "b"] { await queue.put(.closed(relay, group, isFinal: true), of: group) }
        for group in ["a", "b"] {
            let item = await queue.next()
            #expect(item?.delivery == .closed(relay, group, isFinal: true) && item?.nostrGroupID == group)
        }
        queue.finish()
        #expect(await queue.next() == nil)
    }

    /// Whoever fills it waits (BoundedQueue), so that what counts is that everything is counted.
    @Test("what waits is counted in bytes")
    func bytes() async throws {
        let queue = DeliveryQueue(owner: "main")
        let items = try #require(
            Mirror(reflecting: queue).descendant("items") as? BoundedQueue<DeliveryQueue.Item>)
        let event = try Rumor(
            author: TestKeys.bob.publicKey, createdAt: 1, kind: .groupEvent,
            content: String(repeating: "x", count: 5000)
        ).signed(by: TestKeys.bob, random: SeededRandom("x"))
        await queue.put(.events([event, event], from: nil), of: "a")
        #expect(items.waitingBytes >= 10_000)
        _ = await queue.next()
        #expect(items.waitingBytes == 0)
    }
}
