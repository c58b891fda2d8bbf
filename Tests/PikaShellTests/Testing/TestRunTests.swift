import Foundation
import Scripting
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import PikaShell

/// Files in a folder, run as a suite against fake hosts.
final class SuiteFolder: Sendable {
    private let directory = TemporaryDirectory()
    private let hosts = Mutex<[FakeHost]>([])
    let interrupts = Interrupts()

    var path: String { directory.path }
    var worlds: Int { hosts.withLock { $0.count } }

    init(_ files: [String: String]) throws {
        for (name, text) in files {
            let path = directory.file(name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }

    func file(_ name: String) -> String { directory.file(name) }

    func plan(
        _ names: [String] = [], _ options: TestOptions = TestOptions(), sets: [String: String] = [:]
    ) throws -> TestPlan {
        try TestPlan(
            names.isEmpty ? [path] : names.map(file), options: options, catalogue: .general,
            context: CheckContext(host: []), inputs: Inputs(sets: sets), isMock: true)
    }

    func run(
        _ names: [String] = [], _ options: TestOptions = TestOptions(), sets: [String: String] = [:],
        observer: any TestObserver = Silent(),
        makeWorld: (@Sendable (TestCase, EventLog) async throws -> TestWorld)? = nil
    ) async throws -> TestSuite {
        let run = TestRun(
            options: options, catalogue: .general, inputs: Inputs(sets: sets), isMock: true,
            interrupts: interrupts, observer: observer
        ) { test, log in
            if let makeWorld { return try await makeWorld(test, log) }
            let host = LoggedHost(log: log, jobDirectory: self.path)
            self.hosts.withLock { $0.append(FakeHost()) }
            return TestWorld(host: host) {}
        }
        return await run.run(try plan(names, options, sets: sets))
    }

    struct Silent: TestObserver {
        func began(_ test: TestCase) async {}
        func happened(_ record: EventRecord, in test: TestCase) {}
        func ended(_ result: TestResult) async {}
    }

    struct LoggedHost: ScriptHost {
        let log: EventLog
        let jobDirectory: String?
        var isMock: Bool { true }
    }
}

extension TestSuite {
    /// `a.pika: passed`
    var words: [String] {
        results.map { result in
            let name = (result.test.path as NSString).lastPathComponent
            let values = result.test.values.map { " \($0)" }.joined()
            return "\(name)\(values): \(result.word)"
        }
    }
}

@Suite("a suite of files", .timeLimit(.minutes(4)))
struct TestRunTests {
    @Test("every outcome is told, in the order of the names; the first failure is the status")
    func outcomes() async throws {
        let folder = try SuiteFolder([
            "a.pika": "echo fine", "b.pika": "require file:/nonexistent", "c.pika": "fail oops",
            "d.pika": "skip not today", "e.pika": "only live\nfail never", "sub/f.pika": "echo deep",
            "lib/g.pika": "fail never", "h.txt": "no script",
        ])
        let suite = try await folder.run()
        #expect(
            suite.words == [
                "a.pika: passed", "b.pika: failed", "c.pika: failed", "d.pika: skipped", "e.pika: skipped",
                "f.pika: passed",
            ])
        #expect(suite.status == 3)
        #expect(suite.totals.hasPrefix("2 passed, 2 failed, 2 skipped, 0 flaky in "))
        #expect(suite.results[3].outcome == .skipped(why: "not today"))
        #expect(suite.results[4].outcome == .skipped(why: "only for real servers"))
        // What is skipped as a whole gets no world.
        #expect(folder.worlds == 5)
    }

    @Test("files run at the same time, as many as are asked for")
    func parallel() async throws {
        var files: [String: String] = [:]
        for number in 0..<6 {
            files["\(number).pika"] =
                "sh echo x >> \"$DIR\"/up; while [ $(wc -l < \"$DIR\"/up) -lt 6 ]; do sleep 0.01; done"
        }
        for (name, text) in files { files[name] = "env DIR\n" + text }
        let folder = try SuiteFolder(files)
        var options = TestOptions()
        options.jobs = 6
        // Each waits for all others: one after the other they would never end.
        let suite = try await folder.run([], options, sets: ["DIR": folder.path])
        #expect(suite.status == 0, "\(suite.results.flatMap(\.transcript.failures))")
    }

    @Test("a file that fails first and passes later is flaky; one that never passes has failed")
    func retries() async throws {
        let folder = try SuiteFolder([
            "a.pika": "env DIR\nsh test -e \"$DIR\"/mark || { touch \"$DIR\"/mark; exit 1; }",
            "b.pika": "fail always",
        ])
        var options = TestOptions()
        options.retries = 2
        let suite = try await folder.run([], options, sets: ["DIR": folder.path])
        #expect(suite.words == ["a.pika: flaky", "b.pika: failed"])
        #expect(suite.results[0].outcome == .flaky(tries: 2) && suite.results[1].tries.count == 3)
    }

    @Test("a requirement that is missing is not tried again")
    func noRetry() async throws {
        let folder = try SuiteFolder(["a.pika": "require file:/nonexistent"])
        var options = TestOptions()
        options.retries = 5
        #expect(try await folder.run([], options).results[0].tries.count == 1)
    }

    @Test("--fail-fast ends what runs, with its cleanup, and starts nothing more")
    func failFast() async throws {
        let folder = try SuiteFolder([
            "a.pika": "env DIR\nsh while [ ! -e \"$DIR\"/up ]; do sleep 0.01; done\nfail oops",
            "b.pika": "env DIR\ndefer sh touch \"$DIR\"/cleaned\nsh touch \"$DIR\"/up\nsleep 50s",
            "c.pika": "echo never",
        ])
        var options = TestOptions()
        (options.jobs, options.failsFast) = (2, true)
        let suite = try await folder.run([], options, sets: ["DIR": folder.path])
        #expect(suite.words == ["a.pika: failed", "b.pika: skipped", "c.pika: skipped"])
        #expect(suite.status == 1)
        #expect(FileManager.default.fileExists(atPath: folder.file("cleaned")))
    }

    @Test("a signal ends all in order, each with its cleanup", arguments: [SIGINT, SIGTERM])
    func signal(number: Int32) async throws {
        let folder = try SuiteFolder([
            "a.pika": "defer echo bye\necho up\nsleep 50s", "b.pika": "defer echo bye\necho up\nsleep 50s",
            "c.pika": "echo never",
        ])
        let interrupts = folder.interrupts
        let observer = WaitingFor("echo", 2) { interrupts.deliver(number) }
        var options = TestOptions()
        options.jobs = 2
        let suite = try await folder.run([], options, observer: observer)
        #expect(suite.status == 128 + number && suite.signal == number)
        #expect(suite.words.allSatisfy { $0.hasSuffix("skipped") })
        let echoes = suite.results.map {
            $0.transcript.records.filter { $0.event.name == "echo" }.map(\.event.text)
        }
        #expect(echoes == [["up", "bye"], ["up", "bye"], []])
    }

    /// Does something once so many events of a name have come.
    final class WaitingFor: TestObserver {
        private let name: String
        private let wanted: Int
        private let action: @Sendable () -> Void
        private let seen = Mutex(0)

        init(_ name: String, _ wanted: Int, _ action: @escaping @Sendable () -> Void) {
            (self.name, self.wanted, self.action) = (name, wanted, action)
        }

        func began(_ test: TestCase) async {}
        func happened(_ record: EventRecord, in test: TestCase) {
            guard record.event.name == name else { return }
            if seen.withLock({ count in
                count += 1
                return count == wanted
            }) {
                action()
            }
        }
        func ended(_ result: TestResult) async {}
    }

    @Test("a signal that comes while a world is being made ends that file, too")
    func early() async throws {
        let folder = try SuiteFolder(["a.pika": "sleep 50s"])
        let interrupts = folder.interrupts
        let suite = try await folder.run { _, log in
            interrupts.deliver(SIGTERM)
            return TestWorld(host: SuiteFolder.LoggedHost(log: log, jobDirectory: nil)) {}
        }
        #expect(suite.status == 143 && suite.words == ["a.pika: skipped"])
    }

    @Test("a world that cannot be made is a failure of that file")
    func noWorld() async throws {
        let folder = try SuiteFolder(["a.pika": "echo hi", "b.pika": "echo hi"])
        let suite = try await folder.run { test, log in
            guard test.index == 1 else { throw Failure(.require, "no room") }
            return TestWorld(host: SuiteFolder.LoggedHost(log: log, jobDirectory: nil)) {}
        }
        #expect(suite.words == ["a.pika: failed", "b.pika: passed"] && suite.status == 3)
    }

    @Test("--max-time is each file's own, and --time-scale stretches it")
    func maximumTime() async throws {
        let folder = try SuiteFolder(["a.pika": "sleep 50s"])
        var options = TestOptions()
        options.maximumTime = .milliseconds(10)
        #expect(try await folder.run([], options).status == 5)
        let slow = try SuiteFolder(["a.pika": "sleep 50ms"])
        options.timeScale = 1000
        #expect(try await slow.run([], options).status == 0)
    }

    @Test("the order of a shuffle depends on its seed alone; results stay in the order of the arguments")
    func shuffle() async throws {
        var files: [String: String] = [:]
        for number in 10..<30 { files["\(number).pika"] = "echo \(number)" }
        let folder = try SuiteFolder(files)
        let plan = try folder.plan()
        let orders = [1, 1, 2].map { plan.order(seed: $0).map(\.index) }
        #expect(orders[0] == orders[1] && orders[0] != orders[2] && orders[0] != plan.tests.map(\.index))
        #expect(plan.order(seed: nil).map(\.index) == Array(0..<20))
        var options = TestOptions()
        options.shuffleSeed = 7
        let suite = try await folder.run([], options)
        #expect(suite.results.map(\.test.index) == Array(0..<20) && suite.seed == 7)
    }

    @Test("secrets are in no transcript, not in the source either")
    func secrets() async throws {
        let folder = try SuiteFolder(["a.pika": "env TOKEN secret\necho $TOKEN\n# hunter22\nfail $TOKEN"])
        let suite = try await folder.run([], sets: ["TOKEN": "hunter22"])
        let transcript = suite.results[0].transcript
        #expect(transcript.failures.count == 1 && transcript.source.count == 4)
        #expect(transcript.inputs.map(\.name) == ["TOKEN"])
        for kind in ReportKind.allCases {
            let text = kind.report(ReportContext(host: "h", program: "p")).text(of: suite)
            #expect(!text.contains("hunter22"), "\(kind)")
        }
        #expect(!FailureReport.text(of: suite.results[0]).contains("hunter22"))
    }
}
