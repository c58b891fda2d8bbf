import AgentCore
import AgentFakes
import Foundation
import Nostr
import Scripting
import TestSupport
import Testing
import Vocabulary

@testable import AgentCommands

@Suite("spawn", .timeLimit(.minutes(4)))
struct SpawnCommandTests {
    private struct Refused: Error, CustomStringConvertible { let description = "refused" }

    private let provider = FakeProvider()
    private let host: FakeHost
    private let sitting: Sitting

    init() throws {
        host = try FakeHost(provider)
        sitting = Sitting(host)
    }

    private var names: [String] { get async { await host.sessions.all.map(\.name) } }

    @Test("the session's name: session=, or that of the result, or the one in use")
    func names() async throws {
        #expect(try await sitting.run("spawn fake")["session"] == .text("main"))
        #expect(try await sitting.run("spawn fake as=second")["session"] == .text("second"))
        #expect(try await sitting.run("spawn fake as=vm3 session=third")["session"] == .text("third"))
        #expect(await names == ["third", "main", "second"])
        let fields = try await sitting.run("spawn fake session=fourth")
        #expect(fields["npub"] == .text(KeyText.npub(provider.requested[3].botKey.publicKey)))
        #expect(await sitting.interpreter.value(of: "vm") != nil)
        await host.close()
    }

    @Test("one that fails leaves no session of its own, and the one before in use")
    func discarded() async throws {
        provider.answer { $0.provision = { _ in throw Refused() } }
        #expect(await sitting.failure("spawn fake")?.message == "refused")
        #expect(await names.isEmpty)
        provider.answer { $0.provision = { _ in } }
        try await sitting.run("spawn fake session=a")
        provider.answer { $0.provision = { _ in throw Refused() } }
        #expect(await sitting.failure("spawn fake session=b") != nil)
        #expect(await names == ["a"])
        _ = try await host.sessions.open(named: "c")
        try await sitting.run("use a")
        #expect(await sitting.failure("spawn fake session=c") != nil)
        #expect(await names == ["a", "c"])
        await host.close()
    }

    @Test("a session with a running agent takes no other one")
    func occupied() async throws {
        try await sitting.run("spawn fake session=a")
        let failure = await sitting.failure("spawn fake")
        #expect(failure?.code == .usage && failure?.message.contains("vm-1 is running") == true)
        #expect(provider.requested.count == 1)
        await host.close()
    }

    @Test("an interrupted start keeps its session until the answer is settled")
    func interrupted() async throws {
        let (starts, start) = AsyncStream<Void>.makeStream()
        let (ends, end) = AsyncStream<Void>.makeStream()
        provider.answer {
            $0.provision = { _ in
                start.yield()
                for await _ in ends { return }
                // Cancelled or not, the control plane has created it.
            }
        }
        let sitting = sitting
        let spawning = Task { await sitting.failure("spawn fake session=b") }
        for await _ in starts { break }
        spawning.cancel()
        #expect(await spawning.value?.code == .cancelled)
        #expect(await names == ["b"])
        end.yield()
        #expect(await host.conclude(isScript: false).failures.isEmpty)
        #expect(provider.removed.map(\.id) == ["vm-1"])
        await host.close()
    }

    @Test("keep=yes leaves it running at the end")
    func kept() async throws {
        try await sitting.run("spawn fake keep=yes")
        let conclusion = await host.conclude(isScript: true)
        #expect(provider.removed.isEmpty && conclusion.hints == ["find it with: look vm-1"])
        await host.close()
    }

    @Test("what is wrong is seen before anything runs")
    func problems() async throws {
        #expect(sitting.problem("spawn fakee")?.hints == ["did you mean fake?", "known: fake"])
        #expect(sitting.problem("spawn fake fast")?.message == "spawn takes one provider")
        #expect(sitting.problem("spawn fake kep=yes") != nil)
        let command = SpawnCommand(providers: host.providers.descriptions)
        #expect(command.parameters(firstWord: "fake").map(\.name).contains("keep"))
        #expect(!command.parameters(firstWord: "other").map(\.name).contains("keep"))
        #expect(command.possibleParameters(firstWord: nil).map(\.name).contains("keep"))
        #expect(await sitting.failure("let p=nobody\nspawn $p")?.message == "there is no provider nobody")
        await host.close()
    }
}
