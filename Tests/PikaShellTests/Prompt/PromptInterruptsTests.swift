import Foundation
import Synchronization
import Testing

@testable import PikaShell

@Suite("whom Ctrl-C concerns")
struct PromptInterruptsTests {
    private let interrupts = PromptInterrupts()
    private let log = Log()

    private final class Log: Sendable {
        private let entries = Mutex<[String]>([])
        var all: [String] { entries.withLock { $0 } }
        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
    }

    @Test("a key that comes before its command has begun stops it")
    func early() {
        interrupts.read {}
        interrupts.typed(afterLines: 1)
        interrupts.finishedReading()
        interrupts.run { log.add("stopped") }
        #expect(log.all == ["stopped"])
    }

    @Test("a key that comes after its command has ended clears the next line and stops no later command")
    func late() {
        interrupts.read { log.add("cleared") }
        interrupts.finishedReading()
        interrupts.run { log.add("first") }
        interrupts.finishedRunning(isLeaving: false)
        interrupts.typed(afterLines: 1)
        interrupts.read { log.add("cleared") }
        interrupts.finishedReading()
        interrupts.run { log.add("second") }
        interrupts.typed(afterLines: 1)
        #expect(log.all == ["cleared"])
        interrupts.typed(afterLines: 2)
        #expect(log.all == ["cleared", "second"])
    }

    @Test("a key right behind quit answers its question with no; behind the answer it goes to the cleanup")
    func questions() {
        interrupts.read {}
        interrupts.finishedReading()
        interrupts.typed(afterLines: 1)
        interrupts.read { log.add("question") }
        interrupts.finishedReading()
        interrupts.typed(afterLines: 2)
        interrupts.end { log.add("\($0)") }
        #expect(log.all == ["question", "\(SIGINT)"])
    }

    @Test(
        "one that came too late to stop quit answers its question; one that came too late for another command is over"
    )
    func tooLate() {
        for (signal, isEarly) in [(true, false), (false, false), (true, true), (false, true)] {
            let log = Log()
            let interrupts = PromptInterrupts()
            func interrupt(_ line: Int) {
                if signal { interrupts.received(SIGINT) } else { interrupts.typed(afterLines: line) }
            }
            interrupts.read {}
            interrupts.finishedReading()
            if isEarly { interrupt(1) }
            interrupts.run { log.add("stopped") }
            if !isEarly { interrupt(1) }
            interrupts.finishedRunning(isLeaving: true)
            interrupts.read { log.add("question") }
            interrupts.finishedReading()
            interrupts.run { log.add("next") }
            interrupt(2)
            interrupts.finishedRunning(isLeaving: false)
            interrupts.read { log.add("prompt") }
            #expect(log.all == ["stopped", "question", "next"])
        }
    }

    @Test(
        "a key between two lines clears the one that is asked for already, and not the one that is there already"
    )
    func betweenLines() {
        interrupts.read { log.add("first") }
        interrupts.typed(afterLines: 0)
        #expect(log.all == ["first"])
        interrupts.typed(afterLines: 1)
        #expect(log.all == ["first"])
        interrupts.finishedReading()
        interrupts.read { log.add("second") }
        #expect(log.all == ["first", "second"])
    }

    @Test("SIGINT clears the line that is read, stops the command that runs, and is nobody's end")
    func interrupt() {
        interrupts.read { log.add("cleared") }
        interrupts.received(SIGINT)
        interrupts.finishedReading()
        interrupts.run { log.add("stopped") }
        interrupts.received(SIGINT)
        interrupts.finishedRunning(isLeaving: false)
        #expect(log.all == ["cleared", "stopped"])
        #expect(interrupts.leaving == nil)
    }

    @Test("SIGTERM ends whatever comes next")
    func terminate() {
        interrupts.received(SIGTERM)
        interrupts.read { log.add("cleared") }
        interrupts.finishedReading()
        interrupts.run { log.add("stopped") }
        #expect(log.all == ["cleared", "stopped"])
        #expect(interrupts.leaving == SIGTERM)
    }

    @Test("while the shell cleans up, keys and signals go to the cleanup")
    func ending() {
        interrupts.read {}
        interrupts.finishedReading()
        interrupts.end { log.add("\($0)") }
        interrupts.typed(afterLines: 1)
        interrupts.received(SIGHUP)
        #expect(log.all == ["\(SIGINT)", "\(SIGHUP)"])
    }
}
