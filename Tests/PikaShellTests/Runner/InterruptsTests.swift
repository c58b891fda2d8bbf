import Foundation
import Synchronization
import TestSupport
import Testing

@testable import PikaShell

@Suite("who gets a signal", .timeLimit(.minutes(4)))
struct InterruptsTests {
    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        var all: [String] { entries.withLock { $0 } }
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
    }

    private let log = Log()

    @Test("the run, or nobody; all are counted")
    func handler() {
        let interrupts = Interrupts(whenIdle: { [log] in log.add("idle \($0)") })
        interrupts.deliver(1)
        interrupts.handle { [log] in log.add("run \($0)") }
        interrupts.deliver(2)
        interrupts.handle(nil)
        interrupts.deliver(3)
        #expect(log.all == ["idle 1", "run 2", "idle 3"])
        #expect(interrupts.count == 3)
    }

    @Test("a wait for the next one takes just one")
    func next() async {
        let interrupts = Interrupts(whenIdle: { [log] in log.add("idle \($0)") })
        let isOver = Mutex(false)
        async let next = {
            let number = await interrupts.next()
            isOver.withLock { $0 = true }
            return number
        }()
        while !isOver.withLock({ $0 }) {
            interrupts.deliver(SIGTERM)
            await Task.yield()
        }
        #expect(await next == SIGTERM)
        let before = log.all.count
        interrupts.deliver(SIGHUP)
        #expect(log.all.dropFirst(before) == ["idle \(SIGHUP)"])
    }

    @Test("the first of the signals counts")
    func counter() {
        let counter = SignalCounter()
        #expect(counter.first == nil)
        #expect(counter.count(SIGTERM) == 1)
        #expect(counter.count(SIGINT) == 2)
        #expect(counter.first == SIGTERM)
    }
}
