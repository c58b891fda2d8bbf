import Cryptography
import Foundation
import Marmot
import Nostr

/// A real Marmot client that plays the agent: offers key packages, accepts Welcomes, answers by rules.
package actor MockAgent {
    package enum Event: Equatable, Sendable {
        case ready
        case joined(group: String)
        case message(String)
        case replied(String)
        case refused(String)
    }

    private let client: MarmotClient
    private let pool: RelayPool
    private let relays: [RelayURL]
    /// Nil: everybody may invite and talk.
    private let owner: XOnlyKey?
    private let rules: @Sendable () async -> ReplyRules
    private let now: @Sendable () -> Int64
    private let report: @Sendable (Event) -> Void
    private let publishLimit: Duration = .seconds(10)

    package init(
        key: Secp256k1SecretKey, relays: [RelayURL], owner: XOnlyKey?,
        rules: @escaping @Sendable () async -> ReplyRules,
        store: any AccountStore = NoAccountStore(), environment: RelayEnvironment = RelayEnvironment(),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) },
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws {
        client = try MarmotClient(key: key, store: store, random: environment.random, now: now)
        pool = RelayPool(relays, environment: environment) { _ in }
        self.relays = relays
        self.owner = owner
        self.rules = rules
        self.now = now
        self.report = report
    }

    /// Works until cancelled.
    package func run() async throws {
        await pool.start()
        do {
            try await work()
        } catch {
            await pool.stop()
            throw error
        }
        await pool.stop()
    }

    private func work() async throws {
        // Wraps are dated up to two days back (NIP-59), whenever they were made.
        let since = now() - 3 * 24 * 3600
        let wraps = await pool.subscribe([
            Filter(kinds: [.giftWrap], tags: ["p": [client.publicKey.hex]], since: since)
        ])
        for event in try await client.makeKeyPackage(relays: relays) {
            try await pool.publish(event, within: publishLimit)
        }
        report(.ready)
        try await withThrowingDiscardingTaskGroup { group in
            for joined in await client.groups {
                group.addTask { try await self.converse(in: joined) }
            }
            for await delivery in wraps.deliveries {
                guard case .event(let wrap, _) = delivery, let joined = await accept(wrap) else { continue }
                group.addTask { try await self.converse(in: joined) }
            }
        }
    }

    private func accept(_ wrap: Nostr.Event) async -> MarmotGroup? {
        do {
            let owner = owner
            guard let group = try await client.accept(wrap: wrap, allowing: { owner == nil || $0 == owner })
            else { return nil }
            report(.joined(group: group.nostrGroupIDHex))
            return group
        } catch {
            report(.refused("\(error)"))
            return nil
        }
    }

    private func converse(in group: MarmotGroup) async throws {
        let subscription = await pool.subscribe([group.filter(since: nil)])
        for await delivery in subscription.deliveries {
            guard case .event(let event, _) = delivery else { continue }
            for received in try await client.receive(event) {
                switch received.result {
                case .success(.message(let rumor, let sender)):
                    try await answer(rumor, from: sender, in: group)
                case .failure(let error): report(.refused("\(error)"))
                case .success: break
                }
            }
        }
    }

    private func answer(_ rumor: Rumor, from sender: XOnlyKey, in group: MarmotGroup) async throws {
        guard rumor.kind == .chatMessage, owner == nil || sender == owner else { return }
        report(.message(rumor.content))
        guard let text = await rules().reply(to: rumor.content) else { return }
        let (event, _) = try await client.encrypt(text, in: group.id)
        try await pool.publish(event, within: publishLimit)
        report(.replied(text))
    }
}
