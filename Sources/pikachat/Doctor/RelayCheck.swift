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

    /// For the relay's answers, and within that for the connection.
    private static let limit: Duration = .seconds(4)
    private static let connectionLimit: Duration = .seconds(3)

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
        var environment = RelayEnvironment(authorityFile: authorityFile)
        environment.connectTimeout = connectionLimit
        let pool = RelayPool([url], environment: environment) { _ in }
        await pool.start()
        let failures = await failures(of: kinds, at: pool)
        await pool.stop(grace: .zero)
        guard !failures.isEmpty else {
            return [
                Finding(
                    url.text, .ok,
                    "connected; accepts kinds \(kinds.map { "\($0)" }.joined(separator: ", "))")
            ]
        }
        // Who answers for none of the kinds is told of once.
        let isAbsent = failures.count == kinds.count && failures.allSatisfy { $0.error.isUnanswered }
        return failures.prefix(isAbsent ? 1 : failures.count).map { kind, error in
            Finding(
                url.text, .bad, "kind \(kind): \(error)",
                advice: [
                    error.isUnanswered
                        ? "check that it runs, or name another relay with --relay or --kp-relay"
                        : "ask its operator for permission to publish kind \(kind), or name another relay with --relay or --kp-relay"
                ])
        }
    }

    /// All kinds at the same time, so that a relay that does not answer costs one limit.
    private static func failures(of kinds: [EventKind], at pool: RelayPool) async -> [(
        kind: EventKind, error: any Error
    )] {
        await withTaskGroup(of: (Int, any Error)?.self) { group in
            for (index, kind) in kinds.enumerated() {
                group.addTask {
                    do {
                        try await pool.publish(try testEvent(kind), within: limit)
                        return nil
                    } catch { return (index, error) }
                }
            }
            var failures: [(Int, any Error)] = []
            for await failure in group { if let failure { failures.append(failure) } }
            return failures.sorted { $0.0 < $1.0 }.map { (kinds[$0.0], $0.1) }
        }
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

extension Error {
    /// Nobody was there, or said anything.
    fileprivate var isUnanswered: Bool {
        (self as? PublishError)?.failures.allSatisfy {
            if case .rejected = $0.reason { false } else { true }
        } ?? false
    }
}
