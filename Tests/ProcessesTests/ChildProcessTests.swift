import Foundation
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import Processes

@Suite("child processes", .timeLimit(.minutes(4)))
struct ChildProcessTests {
    private let directory = TemporaryDirectory()
    private let groups = ProcessGroups()

    private func start(_ code: String, _ output: ChildProcess.Output = .captured(limitBytes: 1 << 20))
        async throws -> ChildProcess
    {
        try await ChildProcess(
            ["/bin/sh", "-c", code], environment: ["PATH": "/usr/bin:/bin", "X": "a b"], output: output,
            groups: groups)
    }

    @Test("both streams and the status; its input is empty, its environment what it was given")
    func captured() async throws {
        let process = try await start("cat; echo \"$X\"; echo err >&2; env | wc -l; exit 9")
        await process.hasEnded()
        // Only now all of its output is there.
        await process.stop()
        // PATH, X, and PWD, which the shell adds.
        let second = process.captured.output.split(separator: "\n")
        #expect(second.first == "a b" && process.captured.error == "err\n" && !process.captured.isCut)
        #expect(process.logPath == nil && process.logTail(lines: 5) == [])
    }

    @Test(
        "a program that ended tells its status",
        arguments: [("exit 9", 9), ("exit 0", 0), ("kill -9 $$", 137), ("kill -TERM $$", 143)]
            as [(String, Int32)])
    func status(code: String, status: Int32) async throws {
        let process = try await start(code)
        await process.hasEnded()
        #expect(process.status == status)
        await process.stop()
        #expect(process.status == status)
    }

    @Test("what a cancelled task starts can be stopped, as it is known")
    func cancelledStart() async throws {
        let process = try await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await start("exec sleep 300")
        }.value
        await process.stop()
        #expect(process.status == 143)
    }

    @Test("a program that does not exist cannot be started")
    func missing() async throws {
        let failure = await #expect(throws: Failure.self) {
            _ = try await ChildProcess(
                ["/no/such/program"], environment: [:], output: .captured(limitBytes: 10), groups: groups)
        }
        #expect(failure?.code == .require)
        #expect(failure?.message == "cannot start /no/such/program: No such file or directory")
    }

    @Test("what it prints is kept up to the limit over both streams; then it is ended")
    func limit() async throws {
        let exact = try await start("printf 12345; printf 67890 >&2", .captured(limitBytes: 10))
        await exact.hasEnded()
        await exact.stop()
        #expect(!exact.captured.isCut && exact.captured.output + exact.captured.error == "1234567890")
        let endless = try await start(
            "trap 'exit 0' TERM; while :; do echo 123; done", .captured(limitBytes: 10))
        await endless.hasEnded()
        await endless.stop()
        #expect(endless.captured.isCut && endless.captured.output == "123\n123\n12")
    }

    @Test("a log is capped with a remark, and what is left out stops nobody")
    func cappedLog() async throws {
        let path = directory.file("log")
        let process = try await start(
            "i=0; while test $i -lt 50; do echo 123456789; i=$((i+1)); done; until grep -q full \(path); do :; done; for i in 1 2 3 4 5 6 7 8; do /bin/true; done; exit 5",
            .log(path: path, limitBytes: 100, Masking()))
        await process.hasEnded()
        #expect(process.status == 5)
        await process.stop()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.last == "(the log is full: what follows is left out)", "\(text)")
        #expect(lines.dropLast().count <= 10 && lines.dropLast().allSatisfy { $0 == "123456789" })
        #expect(process.logTail(lines: 1) == ["(the log is full: what follows is left out)"])
    }

    @Test("a secret is masked wherever the output is cut into pieces, also on a last line without end")
    func maskedLog() async throws {
        let masking = Masking()
        masking.add("sesame-open")
        let path = directory.file("log")
        let process = try await start(
            "printf ses; printf 'ame-open\\nx'; printf sesame-; printf open",
            .log(path: path, limitBytes: 1 << 20, masking))
        await process.hasEnded()
        await process.stop()
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "‹redacted›\nx‹redacted›")
        #expect(process.logTail(lines: 2) == ["‹redacted›", "x‹redacted›"])
    }

    @Test("a log of exactly the limit is whole")
    func fullLog() throws {
        let path = directory.file("log")
        let sink = try OutputSink(path: path, limitBytes: 8, masking: Masking())
        sink.take(Array("123\nabc\n".utf8)[...], isError: false)
        #expect(!sink.isCut)
        sink.take(Array("x".utf8)[...], isError: true)
        #expect(!sink.isCut)
        sink.finish()
        #expect(sink.isCut)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("123\nabc\n(the log is full"))
    }

    @Test("all are ended at once, without grace")
    func killAll() async throws {
        let process = try await start("trap '' TERM; echo ready; exec sleep 300")
        groups.killAll()
        await process.hasEnded()
        #expect(process.status == 137)
        await process.stop()
    }
}
