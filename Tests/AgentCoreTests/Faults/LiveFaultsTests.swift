import Cryptography
import Marmot
import Nostr
import Synchronization
import TestSupport
import Testing

@testable import AgentCore

@Suite("LiveFaults: faults on our side of the way")
struct LiveFaultsTests {
    private let faults = LiveFaults()

    private func event(_ kind: EventKind, by key: Secp256k1SecretKey = TestKeys.bob) throws -> Event {
        let content = Hex.encode(try SystemRandom().bytes(8))
        return try Rumor(author: key.publicKey, createdAt: 1, kind: kind, content: content).signed(
            by: key, random: SystemRandom())
    }

    @Test("an event is judged once, on its way out and back, over however many relays")
    func once() async throws {
        var rule = FaultRule(.relay, .hang)
        rule.times = 1
        await faults.add(rule)
        let (first, second) = (try event(.groupEvent), try event(.groupEvent))
        for _ in 0..<3 { #expect(await faults.sending(first) == .hold) }
        #expect(await faults.receiving(first) == .pass)
        #expect(await faults.sending(second) == .pass)
        #expect(await faults.receiving(second) == .pass)
    }

    @Test("a connection breaks once per event")
    func disconnect() async throws {
        var rule = FaultRule(.relay, .reset)
        rule.after = 1
        await faults.add(rule)
        let (first, second) = (try event(.groupEvent), try event(.groupEvent))
        #expect(await faults.sending(first) == .pass)
        #expect(await faults.sending(second) == .disconnect)
        #expect(await faults.sending(second) == .pass)
    }

    @Test("a reset without conditions breaks every connection at once, and is over")
    func reset() async throws {
        let count = Mutex(0)
        await faults.attach { count.withLock { $0 += 1 } }
        await faults.add(FaultRule(.relay, .reset))
        #expect(count.withLock { $0 } == 1)
        #expect(await faults.sending(try event(.groupEvent)) == .pass)
    }

    @Test("Welcomes are judged by the stage group, then by relay")
    func welcome() async throws {
        await faults.add(FaultRule(.group, .drop))
        #expect(await faults.sending(try event(.giftWrap)) == .lose)
        #expect(await faults.sending(try event(.groupEvent)) == .pass)
    }

    @Test("an agent that hangs answers nothing more, until the faults are cleared")
    func silence() async throws {
        var rule = FaultRule(.agent, .hang)
        rule.times = 1
        await faults.add(rule)
        for _ in 0..<2 { #expect(await faults.receiving(try event(.groupEvent)) == .lose) }
        await faults.clear()
        #expect(await faults.receiving(try event(.groupEvent)) == .pass)
    }

    @Test("one account's key packages share their fate, another's do not")
    func keyPackages() async throws {
        var rule = FaultRule(.keypackage, .drop)
        rule.times = 1
        await faults.add(rule)
        for kind in [EventKind.keyPackage, .keyPackageLegacy] {
            #expect(await faults.receiving(try event(kind)) == .lose)
        }
        #expect(await faults.receiving(try event(.keyPackage, by: TestKeys.carol)) == .pass)
    }

    @Test("a refusal names stage and status")
    func refusal() async throws {
        await faults.add(FaultRule(.relay, .status(503, retryAfter: nil)))
        #expect(await faults.sending(try event(.groupEvent)) == .refuse("error: fault at relay (503)"))
    }
}
