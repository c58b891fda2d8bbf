import AgentFakes
import Synchronization
import Testing
import Vocabulary

@testable import AgentCore

@Suite("ResourceReconciler", .timeLimit(.minutes(4)))
struct ResourceReconcilerTests {
    private struct Stubborn: Error, CustomStringConvertible { let description = "it does not go" }

    /// What a sweep told.
    private final class Told: Sendable {
        private let events = Mutex<[LogEvent]>([])
        func add(_ event: LogEvent) { events.withLock { $0.append(event) } }
        var names: [String] { events.withLock { $0.map(\.name) } }
        var all: [LogEvent] { events.withLock { $0 } }
    }

    private let ledger: ResourceLedger
    private let provider = FakeProvider()
    private let told = Told()

    init() throws { ledger = try ResourceLedger(path: nil) { 1_000_000 } }

    private func record(
        _ kind: String, _ suffix: String, id: String?, url: String = "http://fake.test",
        provider: String = "fake"
    ) async throws {
        let recorder = ResourceRecorder(ledger: ledger, provider: provider, url: url, suffix: suffix)
        try await recorder.willCreate(kind, marks: [:], within: .seconds(60))
        if let id { try await recorder.didCreate(kind, id: id) }
    }

    private func sweep(unproven: Bool = false, at now: Int64 = 9_000_000) async -> Bool {
        let reconciler = ResourceReconciler(
            ledger: ledger, providers: .of([.of(provider)]), now: { now })
        return await reconciler.removeAll(await ledger.open, removesUnproven: unproven) { told.add($0) }
    }

    private var removedIDs: [String] { provider.removed.map(\.id) }

    @Test("machines go before volumes, and the ledger forgets both")
    func order() async throws {
        try await record("volume", "aa", id: "vol-1")
        try await record("machine", "aa", id: "m-1")
        try await record("volume", "bb", id: "vol-2")
        #expect(await sweep())
        #expect(removedIDs == ["m-1", "vol-1", "vol-2"])
        #expect(await ledger.open.isEmpty)
        #expect(told.names == ["removed", "removed", "removed"])
    }

    @Test("one that fails leaves the others their turn, but its volume stays, and that is no success")
    func failing() async throws {
        try await record("volume", "aa", id: "vol-1")
        try await record("machine", "aa", id: "m-1")
        try await record("machine", "bb", id: "m-2")
        try await record("volume", "bb", id: "vol-2")
        provider.answer { $0.remove = { if $0.id == "m-1" { throw Stubborn() } } }
        #expect(await !sweep())
        #expect(removedIDs == ["m-2", "vol-2"])
        #expect(await ledger.open.compactMap(\.id).sorted() == ["m-1", "vol-1"])
        #expect(told.names == ["fail", "removed", "stays", "removed"])
        #expect(told.all[0].text.contains("it does not go"))
        #expect(told.all[2].text == "fake volume vol-1 stays until its machine is gone")
    }

    @Test("an interrupted sweep says so once, and leaves the rest")
    func interrupted() async throws {
        for number in 1...5 { try await record("vm", "a\(number)", id: "vm-\(number)") }
        let (reached, continuation) = AsyncStream<Void>.makeStream()
        provider.answer {
            $0.remove = { _ in
                continuation.yield()
                for await _ in AsyncStream<Void>.makeStream().stream {}
                throw CancellationError()
            }
        }
        let sweeping = Task { await sweep() }
        for await _ in reached { break }
        sweeping.cancel()
        #expect(await !sweeping.value)
        #expect(told.names == ["fail"])
        #expect(await ledger.open.count == 5)
    }

    @Test("what is not certainly ours is shown with the commands, and removed only when the user says so")
    func unproven() async throws {
        try await record("vm", "aa", id: "vm-1")
        provider.answer { $0.isStillOurs = false }
        #expect(await !sweep())
        #expect(removedIDs.isEmpty && told.names == ["unproven"])
        #expect(told.all[0].text.contains("rm vm vm-1"))
        #expect(told.all[0].fields["candidates"] == .list([.text("vm-1")]))
        #expect(await ledger.open.count == 1)
        #expect(await sweep(unproven: true))
        #expect(removedIDs == ["vm-1"])
        #expect(await ledger.open.isEmpty)
    }

    @Test("an interrupted start: what it left is found by its mark, not what the ledger accounts for")
    func leftovers() async throws {
        try await record("vm", "aa", id: nil)
        try await record("vm", "bb", id: "vm-2")
        // Of another control plane: its ids mean nothing here.
        try await record("vm", "cc", id: "vm-1", url: "http://other.test")
        provider.answer {
            $0.leftovers = [
                Leftover(kind: "vm", id: "vm-1", isProven: true),
                Leftover(kind: "vm", id: "vm-2", isProven: true),
            ]
        }
        let intent = try #require(await ledger.open.first { $0.change == .intent })
        let reconciler = ResourceReconciler(ledger: ledger, providers: .of([.of(provider)]))
        #expect(
            try await reconciler.reconcile(intent) == .remove([ProviderResource(kind: "vm", id: "vm-1")]))
    }

    @Test("what may still be on its way is left, with the time to come back")
    func unsettled() async throws {
        try await record("vm", "aa", id: nil)
        #expect(await !sweep(at: 1_100_000))
        #expect(
            told.names == ["unsettled"] && told.all[0].text.contains("sweep again after 1970-01-01T00:18"))
        #expect(await ledger.open.count == 1)
        #expect(await sweep(at: 1_120_000))
        #expect(told.names == ["unsettled", "gone"])
        #expect(await ledger.open.isEmpty)
    }

    @Test("a provider that cannot remove: what it still knows stays, what it does not know is gone")
    func cannotRemove() async throws {
        try await record("agent", "aa", id: "agent-1")
        provider.answer { $0.canRemove = false }
        #expect(await !sweep())
        #expect(told.names == ["stays"] && told.all[0].text.contains("rm agent agent-1"))
        #expect(await ledger.open.map(\.change) == [.created])
        #expect(await !sweep())
        provider.answer { $0.state = nil }
        #expect(await sweep())
        #expect(await ledger.open.isEmpty && removedIDs.isEmpty)
    }

    @Test(
        "what stays of an interrupted start has its id in the ledger from then on, and is asked about by that"
    )
    func staysOfIntent() async throws {
        try await record("agent", "aa", id: nil)
        provider.answer {
            $0.canRemove = false
            $0.leftovers = [Leftover(kind: "agent", id: "agent-1", isProven: true)]
        }
        #expect(await !sweep())
        let open = await ledger.open
        #expect(open.map(\.id) == ["agent-1"] && open.map(\.change) == [.created])
        #expect(told.all[0].fields["command"] == .text("pikachat agent keep agent-1"))
    }

    @Test("a provider that this program does not know is named, and the others are swept")
    func unknownProvider() async throws {
        try await record("vm", "aa", id: "x-1", provider: "gone-with-the-wind")
        try await record("vm", "bb", id: "vm-2")
        #expect(await !sweep())
        #expect(removedIDs == ["vm-2"] && told.names == ["fail", "removed"])
        #expect(told.all[0].text.contains("gone-with-the-wind"))
    }
}
