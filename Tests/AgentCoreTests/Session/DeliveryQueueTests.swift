import Nostr
import Testing

@testable import AgentCore

@Suite("DeliveryQueue", .timeLimit(.minutes(1)))
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
}
