import AgentFakes
import Testing
import Vocabulary

@testable import AgentCore

@Suite("Removing what belongs to an agent")
struct ResourceRemovalTests {
    private struct Bound: Error, CustomStringConvertible { let description = "it is bound" }

    private static let resources = [
        ProviderResource(kind: "machine", id: "m-1"), ProviderResource(kind: "volume", id: "vol-1"),
    ]

    @Test("a ledger that cannot be written stops nothing, and is told")
    func fullDisk() async throws {
        let provider = FakeProvider()
        let ledger = try ResourceLedger(path: "/nowhere/at/all/ledger") { 0 }
        let recorder = ResourceRecorder(ledger: ledger, provider: "fake", url: "u", suffix: "aa")
        let notes = try await ResourceRemoval(provider: provider, recorder: recorder).run(Self.resources)
        #expect(provider.removed == Self.resources)
        #expect(notes.count == 2 && notes[0].hasPrefix("machine m-1 is removed, but the ledger"), "\(notes)")
    }

    @Test("what is removed is told where something else is left")
    func half() async throws {
        let provider = FakeProvider()
        provider.answer { $0.remove = { if $0.kind == "volume" { throw Bound() } } }
        let error = await #expect(throws: Failure.self) {
            _ = try await ResourceRemoval(provider: provider, recorder: nil).run(Self.resources)
        }
        #expect(error?.message == "removed machine m-1, but not volume vol-1: it is bound")
    }
}
