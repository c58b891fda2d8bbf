import AgentCore
import AgentFakes
import Nostr
import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import AgentCommands

@Suite("commands about sessions and agents", .timeLimit(.minutes(4)))
struct SessionCommandsTests {
    private struct Stubborn: Error, CustomStringConvertible { let description = "it does not go" }

    private let provider = FakeProvider()
    private let host: FakeHost
    private let sitting: Sitting

    init() throws {
        host = try FakeHost(provider)
        sitting = Sitting(host)
    }

    @Test("use: one that is there, and the names of those that are")
    func use() async throws {
        #expect(await sitting.failure("use a")?.hints == ["there are no sessions yet"])
        try await host.start("a", id: "vm-1")
        try await host.start("b", id: "vm-2")
        #expect(try await sitting.run("use a")["session"] == .text("a"))
        #expect(await host.sessions.currentName == "a")
        #expect(await sitting.failure("use c")?.hints == ["known: a, b"])
        #expect(await host.sessions.currentName == "a")
        await host.close()
    }

    @Test("agents: how many are there, and how many of them on purpose")
    func agents() async throws {
        let none = try await sitting.run("agents")
        #expect(none["count"] == .number(0) && none["ids"] == .list([]) && none["kept"] == .number(0))
        #expect(sitting.rows == ["nothing is running"])
        for number in 1...3 { try await host.start("\(number)", id: "vm-\(number)") }
        let kept = try await host.sessions.session(named: "2")
        await kept.keepAtEnd()
        _ = try await kept.leaveRunning()
        let fields = try await sitting.run("vms as=left")
        #expect(fields["count"] == .number(3) && fields["kept"] == .number(1))
        #expect(fields["ids"] == .list(["vm-1", "vm-2", "vm-3"].map { .text($0) }), "\(fields)")
        #expect(sitting.rows.count == 3 && sitting.rows[1].contains("kept"), "\(sitting.rows)")
        let lines = "agents as=left\nexpect $left.kept == 1\nexpect $left.count == 3"
        #expect(await sitting.failure(lines) == nil)
        await host.close()
    }

    @Test("agents: what the provider says of each, and how many it does not know or could not be asked about")
    func asked() async throws {
        for number in 1...2 { try await host.start("\(number)", id: "vm-\(number)") }
        let running = try await sitting.run("agents")
        #expect(running["gone"] == .number(0) && running["unasked"] == .number(0))
        #expect(running["providers"] == .list([.text("fake"), .text("fake")]))
        #expect(sitting.rows[0].contains("created  provider: running"), "\(sitting.rows)")
        provider.answer { $0.state = nil }
        #expect(try await sitting.run("agents")["gone"] == .number(2))
        #expect(sitting.rows[1].contains("provider: unknown (gone)"), "\(sitting.rows)")
        provider.answer { $0.inspect = { throw Stubborn() } }
        let unasked = try await sitting.run("agents")
        #expect(unasked["unasked"] == .number(2) && unasked["gone"] == .number(0))
        #expect(sitting.rows[0].contains("not asked: it does not go"), "\(sitting.rows)")
        await host.close()
    }

    @Test("state and agents: a provider that hangs is asked for eight seconds")
    func hangingProvider() async throws {
        let clock = ManualClock()
        let host = try FakeHost(provider, clock: clock, workspaceClock: clock)
        let sitting = Sitting(host)
        try await host.start("a", id: "vm-1")
        provider.answer { $0.inspect = { for await _ in AsyncStream<Void>.makeStream().stream {} } }
        for line in ["state", "agents"] {
            async let fields = sitting.run(line)
            await clock.pause(of: StateCommand.askingLimit, orUpTo: StateCommand.askingLimit)
            clock.advance(by: StateCommand.askingLimit)
            let answer = try await fields
            #expect(
                line == "state" ? answer["status"] == .text("not asked") : answer["unasked"] == .number(1))
            #expect(sitting.rows.contains { $0.contains("not asked: nothing within 8s") }, "\(sitting.rows)")
        }
        await host.close()
    }

    @Test("agents settle=yes: waits for interrupted starts, and fails with what they left behind")
    func settle() async throws {
        let (starts, start) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        provider.answer {
            $0.provision = { _ in
                start.yield()
                for await _ in ends { return }
            }
            $0.remove = { _ in throw Stubborn() }
        }
        let sitting = sitting
        let spawning = Task { await sitting.failure("spawn fake") }
        for await _ in starts { break }
        spawning.cancel()
        #expect(await spawning.value?.code == .cancelled)
        end.yield()
        let failure = await sitting.failure("agents settle=yes")
        #expect(failure?.code == .leak && failure?.hints == ["rm vm vm-1"])
        #expect(try await sitting.run("agents settle=yes")["count"] == .number(1))
        await host.close()
    }

    @Test("keep: leaves the agent at the end; without one it says what is missing")
    func keep() async throws {
        #expect(await sitting.failure("keep")?.code == .usage)
        try await host.start("a", id: "vm-1")
        #expect(try await sitting.run("keep")["id"] == .text("vm-1"))
        _ = await host.conclude(isScript: true)
        #expect(provider.removed.isEmpty)
        await host.close()
    }

    @Test("state: where the session stands, at each step")
    func state() async throws {
        let empty = try await sitting.run("state")
        #expect(empty["phase"] == .text("empty") && empty["next"] == .text("spawn PROVIDER"))
        #expect(empty["id"] == nil && empty["npub"] == nil)
        let session = try await host.start("a", id: "vm-1")
        let running = try await sitting.run("state")
        #expect(running["session"] == .text("a") && running["phase"] == .text("running"))
        #expect(running["id"] == .text("vm-1") && running["next"] == .text("wait-keypackage"))
        #expect(running["npub"] == .text(KeyText.npub(provider.requested[0].botKey.publicKey)))
        #expect(running["status"] == .text("running"))
        #expect(sitting.rows.contains("agent     vm-1 (fake), running"), "\(sitting.rows)")
        provider.answer { $0.state = nil }
        #expect(try await sitting.run("state")["status"] == .text("gone"))
        #expect(sitting.rows.contains("agent     vm-1 (fake), unknown (gone)"), "\(sitting.rows)")
        provider.answer { $0.inspect = { throw Stubborn() } }
        #expect(try await sitting.run("state")["status"] == .text("not asked"))
        #expect(
            sitting.rows.contains("agent     vm-1 (fake), not asked: it does not go"), "\(sitting.rows)")
        try await session.teardown()
        try await sitting.run("state")
        #expect(sitting.rows.contains("agent     vm-1 (fake), torn down"), "\(sitting.rows)")
        await host.close()
    }

    @Test("state: the group, and every relay with its trouble")
    func stateOfGroup() async throws {
        try await Talk.with { talk in
            let fields = try await talk.sitting.run("state")
            #expect(fields["phase"] == .text("chatting") && fields["members"] == .number(2))
            #expect(fields["group"] == .text(talk.group.nostrGroupIDHex))
            #expect(talk.sitting.rows.contains { $0.hasPrefix("group     \"talk\", 2 members, epoch 1") })
            #expect(talk.sitting.rows.contains { $0.hasPrefix("relay ") && $0.hasSuffix(" connected") })
        }
    }

    @Test("teardown: the session in use, another one, or an agent by its id")
    func teardown() async throws {
        for number in 1...3 { try await host.start("s\(number)", id: "vm-\(number)") }
        #expect(try await sitting.run("teardown vm-1")["id"] == .text("vm-1"))
        #expect(try await sitting.run("teardown s2")["id"] == .text("vm-2"))
        #expect(try await sitting.run("teardown")["id"] == .text("vm-3"))
        #expect(provider.removed.map(\.id) == ["vm-1", "vm-2", "vm-3"])
        #expect(await sitting.failure("teardown nobody")?.code == .usage)
        await host.close()
    }

    @Test("teardown again: at the prompt a mistake, deferred nothing to do")
    func teardownAgain() async throws {
        try await sitting.run("spawn fake\ndefer teardown\nteardown")
        #expect(await sitting.failure("teardown")?.code == .usage)
        #expect(await sitting.interpreter.cleanUp().isEmpty)
        #expect(provider.removed.count == 1)
        let other = Sitting(try FakeHost())
        try await other.run("defer teardown")
        #expect(await other.interpreter.cleanUp().map(\.code) == [.leak])
        await other.host.close()
        await host.close()
    }

    @Test("a shell without agents says so")
    func noAgents() async throws {
        let interpreter = Interpreter(host: BasicHost(), catalogue: .agents([]), inputs: Inputs())
        let script = try CheckedScript.make(
            Source(name: "t", text: "agents"), catalogue: interpreter.catalogue
        ).get()
        let failure = await #expect(throws: Diagnostic.self) { try await interpreter.execute(script) }
        #expect(failure?.message == "this shell has no agents")
    }
}
