import AgentCore
import AgentFakes
import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import AgentCommands

@Suite("what becomes of agents at the end", .timeLimit(.minutes(4)))
struct LeavingTests {
    private struct Stubborn: Error, CustomStringConvertible { let description = "it does not go" }

    private let provider = FakeProvider()
    private let host: FakeHost

    init() throws { host = try FakeHost(provider) }

    // MARK: conclude

    @Test("what still runs is removed; a script is told how to do it better, in the session's name")
    func removed() async throws {
        try await host.start("a", id: "vm-1")
        try await host.start("b", id: "vm-2")
        let conclusion = await host.conclude(isScript: true)
        #expect(conclusion.failures.isEmpty && conclusion.hints.isEmpty)
        #expect(Set(provider.removed.map(\.id)) == ["vm-1", "vm-2"])
        let warnings = host.recorded.events.filter { $0.name == "warning" }
        #expect(warnings.map(\.session).sorted { ($0 ?? "") < ($1 ?? "") } == ["a", "b"])
        #expect(warnings.allSatisfy { $0.text.contains("defer teardown") })
        // A second time there is nothing left to do.
        _ = await host.conclude(isScript: true)
        #expect(provider.removed.count == 2)
        await host.close()
    }

    @Test("at the prompt nobody is lectured")
    func prompt() async throws {
        try await host.start("a", id: "vm-1")
        _ = await host.conclude(isScript: false)
        #expect(host.recorded.texts(of: "warning").isEmpty && provider.removed.map(\.id) == ["vm-1"])
        await host.close()
    }

    @Test("what is kept stays, with the words of where to find it")
    func kept() async throws {
        try await host.start("a", id: "vm-1", keep: true)
        let later = try await host.start("b", id: "vm-2")
        await later.keepAtEnd()
        let conclusion = await host.conclude(isScript: true)
        #expect(provider.removed.isEmpty && conclusion.failures.isEmpty)
        #expect(conclusion.hints.sorted() == ["find it with: look vm-1", "find it with: look vm-2"])
        #expect(await host.workspace.environment.ledger.open.map(\.change) == [.kept, .kept])
        await host.close()
    }

    @Test("a provider whose agents stay leaves them, and nobody is asked")
    func leaveRunning() async throws {
        provider.answer { $0.exitPolicy = .leaveRunning }
        try await host.start("a", id: "vm-1")
        #expect(await host.questionsBeforeLeaving().isEmpty)
        let conclusion = await host.conclude(isScript: false)
        #expect(provider.removed.isEmpty && conclusion.hints == ["find it with: look vm-1"])
        // Nobody asked to keep it: it is for sweep to see.
        #expect(await host.workspace.environment.ledger.open.map(\.change) == [.created])
        await host.close()
    }

    @Test("one that cannot be removed is a leak, and the others still go")
    func failing() async throws {
        try await host.start("a", id: "vm-1")
        try await host.start("b", id: "vm-2")
        provider.answer { $0.remove = { if $0.id == "vm-2" { throw Stubborn() } } }
        let conclusion = await host.conclude(isScript: false)
        #expect(conclusion.failures.map(\.code) == [.leak])
        #expect(conclusion.failures[0].hints == ["rm vm vm-2"])
        #expect(provider.removed.map(\.id) == ["vm-1"])
        await host.close()
    }

    @Test("what was tried in vain is tried once more; nobody is told that it was forgotten")
    func failedBefore() async throws {
        let session = try await host.start("a", id: "vm-1")
        provider.answer { $0.remove = { _ in throw Stubborn() } }
        await #expect(throws: Failure.self) { try await session.teardown() }
        provider.answer { $0.remove = { _ in } }
        let conclusion = await host.conclude(isScript: true)
        #expect(provider.removed.map(\.id) == ["vm-1"] && conclusion.failures.isEmpty)
        #expect(!host.recorded.events.contains { $0.text.contains("add `defer teardown`") })
        await host.close()
    }

    // MARK: questionsBeforeLeaving

    @Test("one question for each agent that would be removed; keeping it is an answer")
    func questions() async throws {
        #expect(await host.questionsBeforeLeaving().isEmpty)
        try await host.start("a", id: "vm-1", keep: true)
        try await host.start("b", id: "vm-2")
        let gone = try await host.start("c", id: "vm-3")
        try await gone.teardown()
        let questions = await host.questionsBeforeLeaving()
        #expect(questions.map(\.text) == ["vm-2 is still running."])
        #expect(questions[0].choices.map(\.name) == ["teardown", "keep"])
        await questions[0].choices[1].action()
        #expect(await host.questionsBeforeLeaving().isEmpty)
        _ = await host.conclude(isScript: false)
        #expect(provider.removed.map(\.id) == ["vm-3"])
        await host.close()
    }

    @Test("the first answer leaves the removal to the end")
    func teardownAnswer() async throws {
        try await host.start("a", id: "vm-1")
        let questions = await host.questionsBeforeLeaving()
        await questions[0].choices[0].action()
        #expect(provider.removed.isEmpty)
        _ = await host.conclude(isScript: false)
        #expect(provider.removed.map(\.id) == ["vm-1"])
        await host.close()
    }

    // MARK: manualCleanup

    @Test("an end that cannot wait: the commands for what this run created, and a word on what is on its way")
    func manualCleanup() async throws {
        try await host.start("a", id: "vm-1")
        let ledger = host.workspace.environment.ledger
        func recorder(_ provider: String, _ suffix: String) -> ResourceRecorder {
            ResourceRecorder(ledger: ledger, provider: provider, url: "", suffix: suffix)
        }
        try await recorder("unknown", "bb").didCreate("vm", id: "x-1")
        try await recorder("fake", "cc").isKept("vm", id: "vm-kept")
        try await recorder("fake", "dd").isGone("vm", id: "vm-gone")
        #expect(await host.manualCleanup() == ["rm vm vm-1", "pikachat agent delete x-1"])
        try await recorder("fake", "ee").willCreate("machine", marks: [:], within: .seconds(5))
        #expect(
            await host.manualCleanup() == [
                "rm vm vm-1", "pikachat agent delete x-1",
                "pikachat agent sweep    (a machine may still be on its way)",
            ])
        await host.close()
    }

    @Test("what an earlier run left is not this run's to clean up")
    func earlier() async throws {
        let directory = TemporaryDirectory()
        let ledger = try ResourceLedger(path: directory.file("ledger.ndjson")) { 5 }
        let recorder = ResourceRecorder(ledger: ledger, provider: "fake", url: "", suffix: "aa")
        try await recorder.didCreate("vm", id: "vm-old")
        let next = try FakeHost(provider, directory: directory)
        #expect(await next.workspace.environment.ledger.open.map(\.id) == ["vm-old"])
        #expect(await next.manualCleanup().isEmpty)
        try await next.start("a", id: "vm-1")
        #expect(await next.manualCleanup() == ["rm vm vm-1"])
        await next.close()
    }

    // MARK: prompt and next step

    @Test("the prompt names what runs, and the session where there are several")
    func promptText() async throws {
        #expect(await host.prompt() == "pika>")
        #expect(await host.nextStep() == nil)
        let session = try await host.start("a", id: "vm-1")
        #expect(await host.prompt() == "pika vm-1>")
        #expect(await host.nextStep() == "wait-keypackage")
        #expect(await host.currentSession() == "a")
        let other = try await host.sessions.open(named: "b").session
        #expect(await host.prompt() == "pika [b]>")
        try await other.attach(to: host.provider.requested[0].botKey.publicKey)
        #expect(await host.prompt() == "pika attached [b]>")
        try await session.teardown()
        try await host.sessions.use("a")
        #expect(await host.prompt() == "pika [a]>")
        await host.close()
    }

    @Test("the prompt names the agent that a line there would concern")
    func promptOfSession() async throws {
        let host = try FakeHost()
        #expect(await host.prompt() == "pika>")
        try await host.start("a", id: "vm-a")
        #expect(await host.prompt() == "pika vm-a>")
        try await host.start("b", id: "vm-b")
        #expect(await host.prompt() == "pika vm-b [b]>")
        await SessionScope.$name.withValue("a") { #expect(await host.prompt() == "pika vm-a [a]>") }
        try await Branch.$label.withValue("2") {
            _ = try await host.start("x", id: "vm-x")
            #expect(await host.prompt() == "pika vm-x [x@2]>")
        }
        #expect(await host.prompt() == "pika vm-b [b]>")
        await host.close()
    }
}
