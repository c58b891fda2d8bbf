import AgentFakes
import Mocks
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("SessionRegistry", .timeLimit(.minutes(4)))
struct SessionRegistryTests {
    private let directory = TemporaryDirectory()
    private let log = EventLog()

    private func workspace(_ relay: RelayURL) throws -> Workspace {
        try Workspace(
            .init(directory: directory.file("state"), relays: [relay]), log: log, clock: ContinuousClock())
    }

    private func registry() throws -> SessionRegistry {
        SessionRegistry(workspace: try workspace(RelayURL("ws://127.0.0.1:1")))
    }

    @Test("without names there is one session, main")
    func unnamed() async throws {
        let registry = try registry()
        #expect(await registry.currentName == nil)
        #expect(await registry.all.isEmpty)
        let session = try await registry.session(named: nil)
        #expect(session.name == "main")
        #expect(try await registry.session(named: nil) === session)
        #expect(try await registry.open(named: nil).session === session)
        #expect(await registry.currentName == "main")
    }

    @Test("what is opened is in use; all lists it first")
    func opening() async throws {
        let registry = try registry()
        let a = try await registry.open(named: "a").session
        let b = try await registry.open(named: "b").session
        _ = try await registry.open(named: "c").session
        #expect(await registry.all.map(\.name) == ["c", "a", "b"])
        #expect(try await registry.open(named: "a").session === a)
        #expect(await registry.currentName == "a")
        #expect(await registry.all.map(\.name) == ["a", "b", "c"])
        // Asking for one by name does not make it the one in use.
        #expect(try await registry.session(named: "b") === b)
        #expect(await registry.currentName == "a")
        try await registry.use("b")
        #expect(try await registry.session(named: nil) === b)
    }

    @Test("one that does not exist is refused with those that do, and nothing changes")
    func unknown() async throws {
        let registry = try registry()
        let none = await #expect(throws: Failure.self) { try await registry.use("x") }
        #expect(none?.code == .usage && none?.hints == ["there are no sessions yet"])
        _ = try await registry.open(named: "a").session
        _ = try await registry.open(named: "b").session
        let failure = await #expect(throws: Failure.self) { try await registry.session(named: "x") }
        #expect(failure?.message == "there is no session x" && failure?.hints == ["known: a, b"])
        await #expect(throws: Failure.self) { try await registry.use("x") }
        #expect(await registry.currentName == "b")
    }

    @Test("one that came to nothing is taken back")
    func discarding() async throws {
        let registry = try registry()
        #expect(try await registry.open(named: "a").isNew)
        #expect(try await !registry.open(named: "a").isNew)
        #expect(try await registry.open(named: "b").isNew)
        await registry.discard("b", returningTo: "a")
        #expect(await registry.currentName == "a")
        #expect(await registry.all.map(\.name) == ["a"])
        await registry.discard("a", returningTo: nil)
        #expect(await registry.currentName == nil)
        #expect(try await registry.open(named: "a").isNew)
    }

    @Test("the first one that is opened connects, looking at one does not")
    func connecting() async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let workspace = try workspace(relay.url)
        let registry = SessionRegistry(workspace: workspace)
        let (ups, continuation) = AsyncStream<Void>.makeStream()
        log.listen { if $0.event.name == "relay.up" { continuation.yield() } }
        let recorded = Recorded(log)
        _ = try await registry.session(named: nil)
        #expect(await workspace.environment.pool.troubles().count == 1)
        for name in ["a", "b"] { _ = try await registry.open(named: name) }
        for await _ in ups { break }
        #expect(await workspace.environment.pool.troubles().isEmpty)
        await registry.close()
        await workspace.close()
        await relay.stop()
        #expect(recorded.names.filter { $0 == "relay.up" }.count == 1)
    }

    @Test("its end is every session's")
    func closing() async throws {
        let registry = try registry()
        var sessions: [AgentSession] = []
        for name in ["a", "b"] { sessions.append(try await registry.open(named: name).session) }
        await registry.close()
        for session in sessions { for await _ in await session.activity() {} }
    }
}
