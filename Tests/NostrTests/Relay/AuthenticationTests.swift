import Cryptography
import Mocks
import TestSupport
import Testing
import Vocabulary

@testable import Nostr

@Suite("relays that want to know who we are (NIP-42)", .timeLimit(.minutes(4)))
struct AuthenticationTests {
    private let account = TestKeys.alice

    private func withRelay(_ body: (EmbeddedRelay, RelayPool) async throws -> Void) async throws {
        var behaviour = RelayBehaviour()
        behaviour.requiresAuthentication = true
        let relay = try EmbeddedRelay(behaviour: behaviour)
        await relay.start()
        var environment = RelayEnvironment()
        environment.account = RelayAccount(key: account, anonymousKinds: [.chatMessage])
        let pool = RelayPool([relay.url], environment: environment) { _ in }
        await pool.start()
        let outcome: Result<Void, any Error>
        do {
            try await body(relay, pool)
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await pool.stop(grace: .zero)
        await relay.stop()
        try outcome.get()
    }

    private func event(_ kind: EventKind) throws -> Event {
        try Rumor(
            author: TestKeys.bob.publicKey, createdAt: 1_700_000_000, kind: kind, tags: [], content: "x"
        )
        .signed(by: TestKeys.bob, random: SystemRandom())
    }

    @Test("anonymous events are sent and asked for by a key that is not the account's")
    func anonymous() async throws {
        try await withRelay { relay, pool in
            let sent = try event(.chatMessage)
            try await pool.publish(sent, within: .seconds(30))
            #expect(try await pool.fetch([Filter(kinds: [.chatMessage])], within: .seconds(30)) == [sent])
            let signedIn = await relay.signedIn
            #expect(signedIn.count == 1 && !signedIn.contains(account.publicKey))
        }
    }

    @Test("everything else by the account's key, on a connection of its own")
    func known() async throws {
        try await withRelay { relay, pool in
            let sent = try event(.giftWrap)
            try await pool.publish(sent, within: .seconds(30))
            #expect(try await pool.fetch([Filter(kinds: [.giftWrap])], within: .seconds(30)) == [sent])
            #expect(await relay.signedIn == [account.publicKey])
            _ = try await pool.publish(try event(.chatMessage), within: .seconds(30))
            #expect(await relay.signedIn.count == 2)
        }
    }

    @Test("a relay that asks and does not need it gets no answer")
    func unnecessary() throws {
        var state = RelayState()
        _ = state.connected()
        _ = state.subscribe("s", [Filter()])
        #expect(state.received(.authenticate(challenge: "c")).isEmpty)
        #expect(
            state.received(.closed(subscription: "s", message: "auth-required: who?"))
                == [.authenticate(challenge: "c")])
        let answer = try event(.authentication)
        #expect(state.authenticating(with: answer) == [.send(.authenticate(answer))])
        #expect(
            state.received(.ok(id: answer.id.hex, accepted: true, message: "")) == [
                .deliver(subscription: "s", .requested),
                .send(.request(subscription: "s", filters: [Filter()])),
            ])
    }

    @Test("a refused answer ends what waited for it, with the relay's reason")
    func refused() throws {
        var state = RelayState()
        _ = state.connected()
        let event = try event(.chatMessage)
        _ = state.received(.authenticate(challenge: "c"))
        _ = state.subscribe("s", [Filter()])
        _ = state.publish(event)
        _ = state.received(.closed(subscription: "s", message: "auth-required: who?"))
        #expect(
            state.received(.ok(id: event.id.hex, accepted: false, message: "auth-required: who?")).isEmpty)
        let answer = try self.event(.authentication)
        _ = state.authenticating(with: answer)
        let effects = state.received(.ok(id: answer.id.hex, accepted: false, message: "restricted: not you"))
        #expect(effects.contains(.answer(event.id, accepted: false, message: "restricted: not you")))
        #expect(
            effects.contains(.deliver(subscription: "s", .closed("restricted: not you", isFinal: true))))
        // Asked once more, the relay is not answered a second time.
        _ = state.subscribe("t", [Filter()])
        #expect(
            state.received(.closed(subscription: "t", message: "auth-required: who?")) == [
                .deliver(subscription: "t", .closed("auth-required: who?", isFinal: true))
            ])
    }
}
