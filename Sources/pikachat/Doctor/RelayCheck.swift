import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Nostr

/// Relays: reachable, and willing to accept what is published there.
enum RelayCheck {
    /// What goes to which relays: messages and Welcomes, key packages.
    private static let messageKinds: [EventKind] = [.groupEvent, .giftWrap]
    private static let keyPackageKinds: [EventKind] = [.keyPackage, .keyPackageLegacy]

    static func findings(_ configuration: Configuration) async -> [Finding] {
        var kinds: [RelayURL: [EventKind]] = [:]
        for url in Set(configuration.relays) { kinds[url, default: []] += messageKinds }
        for url in Set(configuration.explicitKeyPackageRelays ?? configuration.relays) {
            kinds[url, default: []] += keyPackageKinds
        }
        return await withTaskGroup(of: [Finding].self) { group in
            for (url, kinds) in kinds {
                group.addTask { await check(url, kinds, configuration.authorityFile) }
            }
            var findings: [Finding] = []
            for await part in group { findings += part }
            return findings.sorted { $0.subject < $1.subject }
        }
    }

    private static func check(_ url: RelayURL, _ kinds: [EventKind], _ authorityFile: String?) async
        -> [Finding]
    {
        let pool = RelayPool([url], environment: RelayEnvironment(authorityFile: authorityFile)) { _ in }
        await pool.start()
        var findings: [Finding] = []
        for kind in kinds {
            do {
                try await pool.publish(try testEvent(kind), within: .seconds(8))
            } catch {
                let isAbsent = await !pool.troubles().isEmpty
                findings.append(
                    Finding(
                        url.text, .bad, "kind \(kind): \(error)",
                        advice: [
                            isAbsent
                                ? "check that it runs, or name another relay with --relay or --kp-relay"
                                : "ask its operator for permission to publish kind \(kind), or name another relay with --relay or --kp-relay"
                        ]))
                // A relay that cannot be reached cannot be reached for the other kinds either.
                if isAbsent { break }
            }
        }
        await pool.stop(grace: .zero)
        guard findings.isEmpty else { return findings }
        return [
            Finding(
                url.text, .ok, "connected; accepts kinds \(kinds.map { "\($0)" }.joined(separator: ", "))")
        ]
    }

    /// An event for nobody, which the relay may forget in a minute (NIP-40).
    private static func testEvent(_ kind: EventKind) throws -> Event {
        let random = SystemRandom()
        let key = try Secp256k1SecretKey.random(from: random)
        let now = Int64(Date().timeIntervalSince1970)
        let nobody = Hex.encode(try random.bytes(32))
        return try Rumor(
            author: key.publicKey, createdAt: now, kind: kind,
            tags: [
                Tag("expiration", "\(now + 60)"), Tag("h", nobody), Tag("p", key.publicKey.hex),
                Tag("d", nobody),
            ], content: ""
        ).signed(by: key, random: random)
    }
}
