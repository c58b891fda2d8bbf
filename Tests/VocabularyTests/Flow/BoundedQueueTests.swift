import TestSupport
import Testing
import Vocabulary

@Suite("BoundedQueue", .timeLimit(.minutes(4)))
struct BoundedQueueTests {
    @Test("many producers and little room: everything comes once, each one's in its order")
    func producers() async {
        struct Item: Sendable { let producer, number: Int }
        let queue = BoundedQueue<Item>(limit: 10)
        for producer in 0..<6 {
            Task {
                for number in 0..<500 {
                    await queue.put(Item(producer: producer, number: number), cost: 1 + number % 12)
                }
            }
        }
        var next = [Int: Int]()
        for _ in 0..<3000 {
            let item = await queue.next()
            #expect(item?.number == item.map { next[$0.producer, default: 0] })
            if let item { next[item.producer, default: 0] += 1 }
            #expect(queue.waitingBytes <= 12)
        }
        #expect(queue.isEmpty && queue.poll() == nil && next.values.allSatisfy { $0 == 500 })
    }

    @Test("one element always fits; the next waits until it is taken")
    func large() async {
        let queue = BoundedQueue<Int>(limit: 10)
        await queue.put(1, cost: 1000)
        let second = Task { await queue.put(2, cost: 1) }
        for _ in 0..<100 { await Task.yield() }
        #expect(queue.waitingBytes == 1000)
        #expect(await queue.next() == 1)
        await second.value
        #expect(await queue.next() == 2)
    }

    @Test("what is posted does not wait")
    func post() async {
        let queue = BoundedQueue<Int>(limit: 1)
        await queue.put(1, cost: 1)
        queue.post(2)
        #expect(await queue.next() == 1)
        #expect(await queue.next() == 2)
    }

    @Test("the end wakes who waits, on both sides; what waited before it still comes")
    func finish() async {
        let queue = BoundedQueue<Int>(limit: 1)
        await queue.put(1, cost: 1)
        let second = Task { await queue.put(2, cost: 1) }
        for _ in 0..<100 { await Task.yield() }
        queue.finish()
        await second.value
        #expect(await queue.next() == 1)
        #expect(await queue.next() == nil)
        let empty = BoundedQueue<Int>(limit: 1)
        let reader = Task { await empty.next() }
        await Task.yield()
        empty.finish()
        #expect(await reader.value == nil)
    }

    @Test("a cancelled consumer loses nothing, and a cancelled producer does not wait")
    func cancelled() async {
        let queue = BoundedQueue<Int>(limit: 1)
        let reader = Task { await queue.next() }
        for _ in 0..<100 { await Task.yield() }
        reader.cancel()
        #expect(await reader.value == nil)
        await queue.put(1, cost: 1)
        let producer = Task { await queue.put(2, cost: 1) }
        for _ in 0..<100 { await Task.yield() }
        producer.cancel()
        await producer.value
        #expect(await queue.next() == 1)
        #expect(await queue.next() == 2)
    }

    @Test("forgetting makes room")
    func clear() async {
        let queue = BoundedQueue<Int>(limit: 1)
        await queue.put(1, cost: 1)
        let second = Task { await queue.put(2, cost: 1) }
        for _ in 0..<100 { await Task.yield() }
        queue.clear()
        await second.value
        #expect(await queue.next() == 2)
    }

    @Test("a limited wait brings an element, or silence")
    func limited() async {
        let (queue, clock) = (BoundedQueue<Int>(limit: 1), ManualClock())
        queue.post(7)
        #expect(await element(queue, clock) == 7)
        let waiting = Task { await element(queue, clock) }
        await clock.pause(of: .seconds(1))
        clock.advance(by: .seconds(1))
        #expect(await waiting.value == nil)
        #expect(queue.isEmpty)
    }

    /// Nil is silence.
    private func element(_ queue: BoundedQueue<Int>, _ clock: ManualClock) async -> Int? {
        let waited = await queue.next(within: .seconds(1), clock: clock)
        switch waited {
        case .some(.element(let number)): return number
        case .some(.silence), .none: return nil
        }
    }
}
