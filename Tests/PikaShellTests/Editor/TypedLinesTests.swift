import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

@Suite("lines one after the other", .timeLimit(.minutes(4)))
struct TypedLinesTests {
    private final class Taken: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private let taken = Taken()

    @Test("each is taken before the next; the end of input is the end")
    func lines() async throws {
        let piped = try PipedTerminal(input: "one\n\ntwo\n")
        try await TypedLines.read(from: piped.terminal, prompt: "", interrupts: Interrupts()) { line in
            taken.add(line)
        }
        #expect(taken.all == ["one", "", "two"])
        #expect(await piped.finish() == ("", ""))
    }

    /// An endless line must not be held: memory would go with it.
    @Test("a line without end is a mistake, and nothing more is taken")
    func endless() async throws {
        let read = open("/dev/zero", O_RDONLY | O_CLOEXEC)
        let terminal = Terminal(input: read, output: 1, error: 2, environment: [:])
        let failure = await #expect(throws: Failure.self) {
            try await TypedLines.read(from: terminal, prompt: "", interrupts: Interrupts()) { taken.add($0) }
        }
        close(read)
        #expect(failure?.code == .usage && taken.all.isEmpty)
    }

    @Test("what taking a line throws ends it")
    func failing() async throws {
        struct Enough: Error {}
        let piped = try PipedTerminal(input: "one\ntwo\n")
        await #expect(throws: Enough.self) {
            try await TypedLines.read(from: piped.terminal, prompt: "", interrupts: Interrupts()) { line in
                taken.add(line)
                throw Enough()
            }
        }
        #expect(taken.all == ["one"])
    }

    @Test("a signal that cancels is not counted a second time")
    func signal() async throws {
        let input = try OpenInput()
        let interrupts = Interrupts()
        let reading = Task {
            try await TypedLines.read(from: input.terminal, prompt: "a>", interrupts: interrupts) { _ in }
        }
        #expect(await input.waitFor("a> "))
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        #expect(interrupts.count == 0)
    }

    @Test("Ctrl-C that is typed is delivered as a signal, once")
    func typed() async throws {
        let pseudo = try PseudoTerminal()
        let interrupts = Interrupts()
        let reading = Task {
            try await TypedLines.read(from: pseudo.terminal, prompt: "a>", interrupts: interrupts) { _ in }
        }
        #expect(await pseudo.waitFor("a>"))
        try pseudo.type("half\u{3}")
        await #expect(throws: CancellationError.self) { try await reading.value }
        #expect(interrupts.count == 1)
    }
}
