import Nostr
import Testing

@testable import AgentCore

@Suite("DeliveryQueue", .timeLimit(.minutes(1)))
struct DeliveryQueueTests {
    private let queue = DeliveryQueue(owner: "main")

    private func delivery(_ number: Int) throws -> RelayPool.Delivery {
        .closed(try RelayURL("ws://127.0.0.1:7"), "\(number)")
    }

    private func number(_ item: DeliveryQueue.Item?) -> Int? {
        guard case .delivery(.closed(_, let text), _)? = item else { return nil }
        return Int(text)
    }

    @Test("what was offered comes in that order, with the group it came for")
    func order() async throws {
        for count in 1...3 { queue.offer(try delivery(count), of: "g\(count)") }
        for count in 1...3 {
            #expect(await queue.next() == .delivery(try delivery(count), nostrGroupID: "g\(count)"))
        }
    }

    @Test("a consumer that waits gets the next one")
    func waiting() async throws {
        let next = Task { await queue.next() }
        await Task.yield()
        queue.offer(try delivery(1), of: "g")
        #expect(number(await next.value) == 1)
    }

    @Test("what is too much is dropped, and the gap is marked where it is")
    func overflow() async throws {
        for count in 0..<DeliveryQueue.limit { #expect(queue.offer(try delivery(count), of: "g")) }
        for _ in 0..<3 { #expect(!queue.offer(try delivery(-1), of: "g")) }
        #expect(queue.heldCount == DeliveryQueue.limit + 1)
        for count in 0..<10 { #expect(number(await queue.next()) == count) }
        // There is room again; what comes now is behind the gap.
        #expect(queue.offer(try delivery(9999), of: "g"))
        for count in 10..<DeliveryQueue.limit { #expect(number(await queue.next()) == count) }
        #expect(await queue.next() == .overflow)
        #expect(number(await queue.next()) == 9999)
    }

    @Test("a queue that is never empty does not grow")
    func compact() async throws {
        queue.offer(try delivery(0), of: "g")
        for count in 1...(3 * DeliveryQueue.limit) {
            queue.offer(try delivery(count), of: "g")
            #expect(number(await queue.next()) == count - 1)
        }
        #expect(queue.heldCount <= DeliveryQueue.limit)
    }

    @Test("after the end nothing is taken in, and what waited comes before nil")
    func finish() async throws {
        queue.offer(try delivery(1), of: "g")
        queue.finish()
        queue.offer(try delivery(2), of: "g")
        #expect(number(await queue.next()) == 1)
        #expect(await queue.next() == nil)
        #expect(await queue.next() == nil)
    }

    @Test("the end wakes a consumer that waits")
    func finishWhileWaiting() async {
        let next = Task { await queue.next() }
        await Task.yield()
        queue.finish()
        #expect(await next.value == nil)
    }

    @Test("what is forgotten does not come")
    func clear() async throws {
        queue.offer(try delivery(1), of: "g")
        queue.clear()
        queue.offer(try delivery(2), of: "g")
        #expect(number(await queue.next()) == 2)
    }

    @Test("many producers: everything comes once, each one's in its order")
    func producers() async throws {
        let queue = queue
        let (producers, each) = (8, 500)
        await withThrowingTaskGroup(of: Void.self) { group in
            for producer in 0..<producers {
                group.addTask {
                    for count in 0..<each {
                        queue.offer(try self.delivery(count), of: "\(producer)")
                        if count % 7 == 0 { await Task.yield() }
                    }
                }
            }
            var next = [String: Int]()
            for _ in 0..<(producers * each) {
                guard let item = await queue.next(), case .delivery(_, let producer) = item else {
                    Issue.record("the queue ended early")
                    return
                }
                #expect(self.number(item) == next[producer, default: 0])
                next[producer, default: 0] += 1
            }
            #expect(next.count == producers && next.values.allSatisfy { $0 == each })
        }
    }
}
