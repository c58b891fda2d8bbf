import Foundation
import Synchronization
import TestSupport
import Testing

@testable import PikaShell

@Suite("the one way out", .timeLimit(.minutes(4)))
struct OutputWriterTests {
    /// A reader that takes exactly as much as it is told to.
    private final class SlowReader: Sendable {
        let ends: (read: Int32, write: Int32)

        init() throws { ends = try Spawned.pipe() }
        deinit { for end in [ends.read, ends.write] { close(end) } }

        func take(_ count: Int) -> [UInt8] {
            var bytes: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 65_536)
            while bytes.count < count {
                let read = Foundation.read(ends.read, &chunk, min(chunk.count, count - bytes.count))
                guard read > 0 else { break }
                bytes += chunk.prefix(read)
            }
            return bytes
        }
    }

    private final class Flag: Sendable {
        private let state = Mutex(false)
        var isSet: Bool { state.withLock { $0 } }
        func set() { state.withLock { $0 = true } }
    }

    private func time() async { for _ in 0..<2000 { await Task.yield() } }

    @Test("both streams in the order of the writes")
    func order() async throws {
        let reader = try SlowReader()
        let writer = OutputWriter(output: reader.ends.write, error: reader.ends.write)
        var expected = ""
        for number in 0..<1000 {
            writer.write("\(number) ", to: number.isMultiple(of: 3) ? .error : .output)
            expected += "\(number) "
        }
        await writer.drain()
        #expect(reader.take(expected.utf8.count) == Array(expected.utf8))
        #expect(writer.failure == nil)
    }

    @Test("there is room while little waits; a slow reader makes room only when it has taken half")
    func backPressure() async throws {
        let reader = try SlowReader()
        let writer = OutputWriter(output: reader.ends.write, error: reader.ends.write)
        await writer.hasRoom()
        let part = String(repeating: "x", count: 100 << 10)
        for _ in 0..<20 { writer.write(part, to: .output) }
        let hasRoom = Flag()
        let waiting = Task {
            await writer.hasRoom()
            hasRoom.set()
        }
        await time()
        #expect(!hasRoom.isSet)
        _ = reader.take(8 * part.utf8.count)
        await time()
        #expect(!hasRoom.isSet)
        _ = reader.take(9 * part.utf8.count)
        await waiting.value
        _ = reader.take(3 * part.utf8.count)
        await writer.drain()
        #expect(writer.failure == nil)
    }

    @Test("what is too much for a reader that has stopped is lost, and that is a failure of the output alone")
    func overflow() async throws {
        for stream in [Terminal.Stream.output, .error] {
            let reader = try SlowReader()
            let writer = OutputWriter(
                output: stream == .output ? reader.ends.write : STDOUT_FILENO, error: reader.ends.write)
            let part = String(repeating: "x", count: 16 << 20)
            writer.write(part, to: stream)
            // From now on the writer holds that one itself, and four more may wait.
            #expect(reader.take(1).count == 1)
            for _ in 0..<4 { writer.write(part, to: stream) }
            #expect(writer.failure == nil)
            writer.write(part, to: stream)
            #expect((writer.failure != nil) == (stream == .output))
            let rest = 5 * part.utf8.count - 1
            #expect(reader.take(rest).count == rest)
            writer.write("end", to: stream)
            await writer.drain()
        }
    }

    @Test("a full disk is a failure; a reader that is gone is one, too, and is told once")
    func failures() async throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        let other = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { for descriptor in [full, other] { close(descriptor) } }
        let writer = OutputWriter(output: full, error: other)
        writer.write("x", to: .error)
        await writer.drain()
        #expect(writer.failure == nil)
        writer.write("x", to: .output)
        await writer.drain()
        #expect(writer.failure == String(cString: strerror(ENOSPC)))

        let (read, write) = try Spawned.pipe()
        defer { close(write) }
        close(read)
        // The writer's thread inherits the mask: this process must not die of its signal.
        var broken = sigset_t()
        var before = sigset_t()
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &broken, &before)
        let second = OutputWriter(output: write, error: full)
        pthread_sigmask(SIG_SETMASK, &before, nil)
        let told = Collector()
        second.whenReaderIsGone { told.add(Array("gone ".utf8), isEnd: false) }
        second.write("x", to: .output)
        second.write("y", to: .output)
        await second.drain()
        #expect(second.failure == String(cString: strerror(EPIPE)))
        #expect(told.text == "gone ")
    }

    @Test("while a line is edited, text for the terminal waits for the editor; what is left comes after it")
    func editing() async throws {
        let pseudo = try PseudoTerminal()
        let writer = pseudo.terminal.writer
        writer.write("before ", to: .output)
        let woken = Flag()
        writer.beginEditing { woken.set() }
        #expect(await pseudo.waitFor("before "))
        #expect(writer.takeWaiting().isEmpty && !woken.isSet)
        writer.write("one ", to: .output)
        writer.write("two ", to: .error)
        #expect(woken.isSet)
        #expect(writer.takeWaiting() == "one two ")
        #expect(writer.takeWaiting().isEmpty)
        writer.write("three ", to: .output)
        writer.endEditing()
        writer.write("four ", to: .output)
        #expect(await pseudo.waitFor("four "))
        #expect(pseudo.text == "before three four ")
    }

    @Test("a stream that is no terminal does not wait for the editor")
    func redirected() async throws {
        let reader = try SlowReader()
        let writer = OutputWriter(output: reader.ends.write, error: reader.ends.write)
        writer.beginEditing {}
        writer.write("now", to: .error)
        #expect(writer.takeWaiting().isEmpty)
        #expect(reader.take(3) == Array("now".utf8))
        writer.endEditing()
        await writer.drain()
    }

    @Test("the end of a run ends the editing: nothing stays behind")
    func drainWhileEditing() async throws {
        let pseudo = try PseudoTerminal()
        pseudo.terminal.writer.beginEditing {}
        pseudo.terminal.writer.write("last", to: .output)
        await pseudo.terminal.drain()
        #expect(await pseudo.waitFor("last"))
    }
}
