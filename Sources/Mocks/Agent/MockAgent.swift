import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Marmot
import Nostr

/// A real Marmot client in the role of the agent: it publishes key packages, accepts Welcomes and replies by
/// rules.
package actor MockAgent {
    package enum Event: Equatable, Sendable {
        case ready
        case joined(group: String)
        case message(String)
        case replied(String)
        case updatedKeys
        case refused(String)
    }

    /// When to update the keys after joining, as MIP-02 demands. Pikachat's own Rust agent never does.
    package enum KeyUpdates: Sendable { case never, whenDue, immediately }

    /// How the agent behaves.
    package struct Behaviour: Sendable {
        package var rules: @Sendable () async -> ReplyRules
        package var faults: Faults?
        /// False if Welcomes are not delivered in gift wraps but through `processWelcome`, as with Workers.
        package var takesWraps = true
        /// Whether it publishes a key package that belongs to another account.
        package var offersForeignKey = false
        package var keyUpdates = KeyUpdates.never

        package init(rules: @escaping @Sendable () async -> ReplyRules, faults: Faults? = nil) {
            self.rules = rules
            self.faults = faults
        }
    }

    private struct Died: Error {}

    private struct Replies {
        var latest: String?
        /// To others than who invited the agent.
        var inARow = 0
    }

    /// What has to follow once events were read.
    private struct Aftermath {
        /// The group has another epoch.
        var hasChanged = false
        /// We were removed from the group and invited again, so that there may be more to read.
        var joinedAgain = false
    }

    private let key: Secp256k1SecretKey
    private let environment: RelayEnvironment
    private let client: MarmotClient
    private let pool: RelayPool
    private let relays: [RelayURL]
    /// The only account that may invite and talk to the agent; nil allows everybody.
    private let owner: XOnlyKey?
    private let behaviour: Behaviour
    private let now: @Sendable () -> Int64
    private let report: @Sendable (Event) -> Void
    private let publishLimit: Duration = .seconds(10)
    /// What was said in each group.
    /// Messages that it has heard.
    private var heard = 0
    private var replies: [[UInt8]: Replies] = [:]
    /// Answers to members who did not invite the agent, before the one who did speaks again.
    private static let repliesInARow = 8
    private let joined:
        (stream: AsyncStream<MarmotGroup>, continuation: AsyncStream<MarmotGroup>.Continuation)

    package init(
        key: Secp256k1SecretKey, relays: [RelayURL], owner: XOnlyKey?, behaviour: Behaviour,
        store: any AccountStore = NoAccountStore(), environment: RelayEnvironment = RelayEnvironment(),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) },
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws {
        self.key = key
        client = try MarmotClient(key: key, store: store, random: environment.random, now: now)
        var relayEnvironment = environment
        relayEnvironment.account = RelayAccount(key: key, anonymousKinds: [.groupEvent])
        pool = RelayPool(relays, environment: relayEnvironment) { _ in }
        self.environment = environment
        self.relays = relays
        self.owner = owner
        self.behaviour = behaviour
        self.now = now
        self.report = report
        joined = AsyncStream.makeStream()
    }

    /// Runs until cancelled.
    package func run() async throws {
        await pool.start()
        do {
            try await work()
        } catch {
            await pool.stop()
            // A fault that kills the agent ends the agent, but not its host.
            if error is Died { return }
            throw error
        }
        await pool.stop()
    }

    private func work() async throws {
        if let fault = await behaviour.faults?.next(.boot) {
            guard case .latency = fault else { return await Self.silence(fault, behaviour.faults) }
            await behaviour.faults?.delay(fault)
        }
        // Gift wraps are backdated by up to two days (NIP-59).
        let since = now() - 3 * 24 * 3600
        let wraps = await pool.subscribe([
            Filter(kinds: [.giftWrap], tags: ["p": [client.publicKey.hex]], since: since)
        ])
        try await offerKeyPackage()
        report(.ready)
        for group in await client.groups { joined.continuation.yield(group) }
        try await withThrowingDiscardingTaskGroup { group in
            if behaviour.takesWraps {
                group.addTask {
                    for await delivery in wraps.deliveries {
                        if case .event(let wrap, _) = delivery { await self.accept(wrap) }
                    }
                }
            }
            for await chat in joined.stream {
                group.addTask { try await self.converse(in: chat) }
                if behaviour.keyUpdates != .never { group.addTask { await self.updateKeys(in: chat) } }
            }
        }
    }

    /// Any boot fault other than a delay means that the agent never becomes available.
    private static func silence(_ fault: FaultAction, _ faults: Faults?) async { await faults?.delay(.hang) }

    private func offerKeyPackage() async throws {
        if let fault = await behaviour.faults?.next(.keypackage) {
            guard case .latency = fault else { return }
            await behaviour.faults?.delay(fault)
        }
        let events =
            behaviour.offersForeignKey
            ? try await foreignKeyPackage() : try await client.makeKeyPackage(relays: relays)
        for event in events { try await pool.publish(event, within: publishLimit) }
    }

    /// Another account's key package signed by us, so that its credential does not match the event's author.
    private func foreignKeyPackage() async throws -> [Nostr.Event] {
        let otherKey = try Secp256k1SecretKey.random(from: environment.random)
        let other = try MarmotClient(
            key: otherKey, store: NoAccountStore(), random: environment.random, now: now)
        var events: [Nostr.Event] = []
        for event in try await other.makeKeyPackage(relays: relays) {
            let rumor = Rumor(
                author: key.publicKey, createdAt: event.createdAt, kind: event.kind, tags: event.tags,
                content: event.content)
            events.append(try rumor.signed(by: key, random: environment.random))
        }
        return events
    }

    private func accept(_ wrap: Nostr.Event) async {
        do {
            let owner = owner
            guard let group = try await client.accept(wrap: wrap, allowing: { owner == nil || $0 == owner })
            else { return }
            didJoin(group)
        } catch { report(.refused("\(error)")) }
    }

    private func didJoin(_ group: MarmotGroup) {
        report(.joined(group: group.nostrGroupIDHex))
        joined.continuation.yield(group)
    }

    /// Processes a Welcome that was delivered through the control plane.
    ///
    /// - Returns: the group, or nil if it was already known.
    package func processWelcome(_ rumor: Rumor, wrapID: EventID) async throws -> MarmotGroup? {
        guard let group = try await client.join(rumor, wrapID: wrapID) else { return nil }
        didJoin(group)
        return group
    }

    private func updateKeys(in group: MarmotGroup) async {
        do {
            guard let due = await client.keyUpdateDue(in: group.id) else { return }
            if behaviour.keyUpdates == .whenDue {
                try await environment.clock.sleep(for: .seconds(max(due - now(), 0)))
            }
            let pending = try await client.prepare(.updateKeys, in: group.id)
            try await pool.publish(pending.event, within: publishLimit)
            _ = try await client.confirm(pending.event.id, in: group.id)
            report(.updatedKeys)
        } catch is CancellationError {
            return
        } catch { report(.refused("key update: \(error)")) }
    }

    /// Reads a group's events, and starts over where what comes in asks for that.
    private func converse(in group: MarmotGroup) async throws {
        let id = group.id
        var since = now() - Marmot.groupEventMaximumAgeSeconds
        // Another Nostr id, which a commit gave it, is another subscription.
        while let name = await client.group(id)?.nostrGroupIDHex {
            let filter = Filter(kinds: [.groupEvent], tags: ["h": [name]])
            let following = await pool.follow([Topic(name, filter, since: since)], now: now)
            var startsOver = false
            for await (_, delivery) in following.deliveries {
                guard case .events(let events, _) = delivery else { continue }
                let aftermath = try await receive(events, in: id)
                if aftermath.joinedAgain { since = now() - Marmot.groupEventMaximumAgeSeconds }
                // There was no room for all that came before a change.
                let missing = aftermath.hasChanged ? await client.takeMissing(in: id) : nil
                if let missing { since = missing }
                let isMoved = await client.group(id)?.nostrGroupIDHex != name
                startsOver = aftermath.joinedAgain || missing != nil || isMoved
                if startsOver { break }
            }
            await pool.cancel(following)
            // The pool has been stopped.
            guard startsOver else { return }
        }
    }

    /// What one message does wrong must not cost the others: only a fault that kills the agent is thrown.
    private func receive(_ events: [Nostr.Event], in id: [UInt8]) async throws -> Aftermath {
        var aftermath = Aftermath()
        for event in await client.inOrder(events, in: id) {
            do {
                for received in try await client.receive(event) {
                    try await take(received.result, in: id, &aftermath)
                }
            } catch let error as Died {
                throw error
            } catch let error as CancellationError {
                throw error
            } catch { report(.refused("\(error)")) }
        }
        return aftermath
    }

    private func take(
        _ result: Result<GroupReception, any Error>, in id: [UInt8], _ aftermath: inout Aftermath
    ) async throws {
        switch result {
        case .success(.message(let rumor, let sender)):
            // What cannot be answered is done with, too.
            try await client.showed([rumor.id], in: id)
            try await answer(rumor, from: sender, in: id)
        case .success(.epochChanged), .success(.rolledBack): aftermath.hasChanged = true
        case .success(.removed):
            for group in try await client.joinAgain() {
                report(.joined(group: group.nostrGroupIDHex))
                if group.id == id { aftermath.joinedAgain = true } else { joined.continuation.yield(group) }
            }
        case .success(.blocked(let obstacle)): report(.refused("\(obstacle)"))
        case .failure(let error): report(.refused("\(error)"))
        case .success(.proposal), .success(.duplicate), .success(.waiting): break
        }
    }

    private func answer(_ rumor: Rumor, from sender: XOnlyKey, in id: [UInt8]) async throws {
        guard rumor.kind == .chatMessage, owner == nil || sender == owner else { return }
        report(.message(rumor.content))
        defer { heard += 1 }
        guard let text = await behaviour.rules().reply(to: rumor.content, number: heard) else { return }
        guard await mayAnswer(rumor.content, from: sender, in: id) else {
            return report(.refused("this is probably another agent, and two agents would go on for ever"))
        }
        replies[id, default: Replies()].latest = text
        var copies = 1
        switch await behaviour.faults?.next(.agent) {
        case nil: break
        case .latency(let base, let jitter): await behaviour.faults?.delay(.latency(base, jitter: jitter))
        case .dup: copies = 2
        case .drop, .status: return
        case .hang, .reset: throw Died()
        }
        for _ in 0..<copies {
            let (event, _) = try await client.encrypt(text, in: id)
            try await pool.publish(event, within: publishLimit)
        }
        report(.replied(text))
    }

    /// Whoever invited the agent is always answered. Others are not when they repeat its latest reply, and only so often in a row.
    private func mayAnswer(_ text: String, from sender: XOnlyKey, in id: [UInt8]) async -> Bool {
        if let owner, sender == owner { return true }
        guard await sender != client.group(id)?.inviter else {
            replies[id]?.inARow = 0
            return true
        }
        let known = replies[id, default: Replies()]
        if let latest = known.latest, !latest.isEmpty, text.contains(latest) { return false }
        replies[id, default: Replies()].inARow += 1
        return known.inARow < Self.repliesInARow
    }
}
