import AgentFakes
import Cryptography
import Marmot
import Nostr
import Synchronization
import TestSupport
import Testing
import Vocabulary

@testable import AgentCore

@Suite("starting and removing an agent", .timeLimit(.minutes(4)))
struct ProvisionTests {
    private struct NoRoom: Error {}
    private struct Stubborn: Error, CustomStringConvertible { let description = "it does not go" }

    /// Ends when it is cancelled.
    private static func hang() async throws {
        for await _ in AsyncStream<Void>.makeStream().stream {}
        throw CancellationError()
    }

    private static let attachment = [
        ProviderResource(kind: "machine", id: "m-1"), ProviderResource(kind: "volume", id: "vol-1"),
    ]

    @Test("the agent's secret key is masked in all spellings before the provider sees it")
    func masked() async throws {
        try await TwoSides.with { sides in
            let session = try await sides.session()
            let provider = FakeProvider()
            let log = sides.environment.log
            let seen = Mutex<[String]>([])
            provider.answer {
                $0.provision = { request in
                    let secret = Hex.encode(request.botKey.secret.exposed())
                    let spellings = [secret, secret.uppercased(), KeyText.nsec(request.botKey)]
                    seen.withLock { $0 = spellings.map(log.masking.mask) }
                }
            }
            _ = try await session.provision(with: provider, name: nil, keep: false)
            #expect(seen.withLock { $0 } == Array(repeating: Masking.replacement, count: 3))
            #expect(await session.state.isRunning)
            let ours = sides.log.events.filter { $0.session == "main" }.map(\.name)
            #expect(ours == ["provision.start", "provision.done"])
            await session.close()
        }
    }

    @Test("a start that fails costs nothing: the conversation there is goes on")
    func failingStart() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            let provider = FakeProvider()
            provider.answer { $0.provision = { _ in throw NoRoom() } }
            await #expect(throws: NoRoom.self) {
                try await session.provision(with: provider, name: nil, keep: false)
            }
            #expect(await !session.state.isRunning)
            try await sides.hear("still here", in: group)
            try await session.untilHeard(["still here"])
            await session.close()
        }
    }

    @Test("a start ends the conversation there was, and a running agent is not forgotten for another")
    func start() async throws {
        try await TwoSides.with { sides in
            let group = try await sides.group()
            let session = try await sides.session(in: group)
            _ = try await session.provision(with: FakeProvider(), name: nil, keep: true)
            #expect(await session.state.groupID == nil)
            #expect(await session.keepsRunning)
            #expect(await session.exitPolicy == .leaveRunning)
            #expect(await sides.environment.feed.members.isEmpty)
            await #expect(throws: SessionOrderError.self) {
                try await session.provision(with: FakeProvider(), name: nil, keep: false)
            }
            await #expect(throws: SessionOrderError.self) {
                try await session.attach(to: sides.peer.publicKey)
            }
            await #expect(throws: SessionOrderError.self) { try await session.resumeGroup(nil) }
            await session.close()
        }
    }

    @Test(
        "an interrupted start ends at once; the answer is awaited in the background, and what came is removed"
    )
    func interrupted() async throws {
        try await TwoSides.with { sides in
            let session = try await sides.session("second")
            let provider = FakeProvider()
            let (reached, isThere) = AsyncStream<Void>.makeStream()
            let (answer, comes) = AsyncStream<Void>.makeStream()
            provider.answer {
                $0.resources = Self.attachment
                $0.provision = { _ in
                    isThere.yield()
                    for await _ in answer {}
                }
            }
            let starting = Task { try await session.provision(with: provider, name: nil, keep: false) }
            for await _ in reached { break }
            starting.cancel()
            await #expect(throws: CancellationError.self) { try await starting.value }
            #expect(await session.hasInterruptedStart)
            #expect(provider.removed.isEmpty)
            comes.finish()
            #expect(await session.settleInterruptedStarts().isEmpty)
            #expect(await !session.hasInterruptedStart)
            #expect(provider.removed == Self.attachment)
            #expect(await sides.environment.ledger.open.isEmpty)
            #expect(await !session.state.isRunning)
            #expect(
                sides.log.names == ["provision.start", "warning", "teardown.start", "teardown.done"])
            #expect(sides.log.events.allSatisfy { $0.session == "second" })
            await session.close()
        }
    }

    @Test("a removal after an interrupted start that hangs ends with the limit, and says what is left")
    func interruptedAndHanging() async throws {
        let clock = ManualClock()
        var options = TwoSides.Options()
        options.clock = clock
        try await TwoSides.with(options) { sides in
            let session = try await sides.session()
            let provider = FakeProvider()
            let (reached, isThere) = AsyncStream<Void>.makeStream()
            let (answer, comes) = AsyncStream<Void>.makeStream()
            provider.answer {
                $0.provision = { _ in
                    isThere.yield()
                    for await _ in answer {}
                }
                $0.remove = { _ in try await Self.hang() }
            }
            let starting = Task { try await session.provision(with: provider, name: nil, keep: false) }
            for await _ in reached { break }
            starting.cancel()
            await #expect(throws: CancellationError.self) { try await starting.value }
            comes.finish()
            async let left = session.settleInterruptedStarts()
            await clock.pause(of: sides.environment.limits.teardown)
            clock.advance(by: sides.environment.limits.teardown)
            let failures = await left
            #expect(failures.map(\.code) == [.leak])
            #expect(failures.first?.hints == ["rm vm vm-1"])
            #expect(sides.log.names.last == "teardown.failed")
            #expect(await sides.environment.ledger.open.map(\.id) == ["vm-1"])
            await session.close()
        }
    }

    @Test("we do not talk to ourselves")
    func ourselves() async throws {
        try await TwoSides.with { sides in
            let session = try await sides.session()
            let failure = await #expect(throws: Failure.self) {
                try await session.attach(to: sides.client.publicKey)
            }
            #expect(failure?.code == .usage)
            #expect(await session.state.origin == nil)
        }
    }

    @Test("an agent that only speaks the older dialect is found by its older key package")
    func olderKeyPackage() async throws {
        try await TwoSides.with { sides in
            let events = try await sides.peer.makeKeyPackage(relays: sides.pool.relays)
            let older = try #require(events.first { $0.kind == .keyPackageLegacy })
            try await sides.peerPool.publish(older, within: .seconds(10))
            let session = try await sides.session()
            try await session.attach(to: sides.peer.publicKey)
            #expect(try await session.awaitKeyPackage(within: .seconds(20)).event == older)
            await session.close()
        }
    }

    // MARK: Teardown

    private func withAgent(
        _ change: @escaping @Sendable (inout FakeProvider.Answers) -> Void = { _ in },
        clock: any Clock<Duration> = ContinuousClock(),
        _ body: (TwoSides, AgentSession, FakeProvider) async throws -> Void
    ) async throws {
        var options = TwoSides.Options()
        options.clock = clock
        try await TwoSides.with(options) { sides in
            let session = try await sides.session()
            let provider = FakeProvider()
            provider.answer(change)
            _ = try await session.provision(with: provider, name: nil, keep: false)
            try await body(sides, session, provider)
            await session.close()
        }
    }

    @Test("everything of the agent goes, in order, and the ledger knows it")
    func teardown() async throws {
        try await withAgent({ $0.resources = Self.attachment }) { sides, session, provider in
            try await session.teardown()
            #expect(provider.removed == Self.attachment)
            #expect(await sides.environment.ledger.open.isEmpty)
            #expect(await !session.state.isRunning)
            #expect(sides.log.names.suffix(2) == ["teardown.start", "teardown.done"])
        }
    }

    @Test("what cannot be removed is a leak, with the commands; it was tried, and can be tried again")
    func failingTeardown() async throws {
        try await withAgent({ $0.remove = { _ in throw Stubborn() } }) { sides, session, provider in
            let failure = await #expect(throws: Failure.self) { try await session.teardown() }
            #expect(failure?.code == .leak && failure?.hints == ["rm vm vm-1"])
            #expect(await session.hasFailedTeardown)
            #expect(await session.state.isRunning)
            #expect(sides.log.names.last == "teardown.failed")
            #expect(await sides.environment.ledger.open.map(\.id) == ["vm-1"])
            provider.answer { $0.remove = { _ in } }
            try await session.teardown()
            #expect(await !session.hasFailedTeardown)
            #expect(await !session.state.isRunning)
        }
    }

    @Test("a control plane that never answers is not waited for without limit")
    func hangingTeardown() async throws {
        let clock = ManualClock()
        try await withAgent({ $0.remove = { _ in try await Self.hang() } }, clock: clock) {
            sides, session, _ in
            let removing = Task { try await session.teardown() }
            await clock.pause(of: .seconds(60), orUpTo: .seconds(60))
            clock.advance(by: .seconds(60))
            let failure = await #expect(throws: Failure.self) { try await removing.value }
            #expect(failure?.code == .leak && failure?.message == "nothing within 60s")
            #expect(await session.hasFailedTeardown)
        }
    }

    @Test(
        "a teardown that was interrupted says so: the end of the run tries it once more, whatever its policy")
    func interruptedTeardown() async throws {
        let (reached, isThere) = AsyncStream<Void>.makeStream()
        try await withAgent({
            $0.remove = { _ in
                isThere.yield()
                try await Self.hang()
            }
        }) { _, session, _ in
            let removing = Task { try await session.teardown() }
            for await _ in reached { break }
            removing.cancel()
            let failure = await #expect(throws: Failure.self) { try await removing.value }
            #expect(failure?.code == .cancelled)
            #expect(await session.state.isRunning)
            #expect(await session.exitPolicy == .destroy)
        }
    }

    @Test("an agent that cannot be removed stays, which nobody asked for, and how to find it is said")
    func cannotRemove() async throws {
        try await withAgent({ $0.canRemove = false }) { sides, session, provider in
            try await session.teardown()
            #expect(provider.removed.isEmpty)
            #expect(await sides.environment.ledger.open.map(\.change) == [.created])
            #expect(sides.log.texts(of: "hint") == ["find it with: look vm-1"])
            #expect(await !session.state.isRunning)
        }
    }
}
