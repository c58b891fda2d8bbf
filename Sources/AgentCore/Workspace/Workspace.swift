import Cryptography
import Foundation
import Marmot
import Nostr
import Synchronization
import Vocabulary

/// What a process opens once: the state directory with identity, groups, ledger and journal, and the connections to relays.
package final class Workspace: Sendable {
    /// How to open one.
    package struct Settings: Sendable {
        package var directory: String
        package var relays: [RelayURL]
        /// Where key packages are looked for; nil takes `relays`.
        package var keyPackageRelays: [RelayURL]?
        /// Certificate authorities beside the system's: path of a PEM file.
        package var authorityFile: String?
        /// Disturbs the traffic with relays, for `--allow-faults`.
        package var interference: (any RelayInterference)?

        package var limits = SessionLimits()
        package var keeper: (any MessageKeeping)?
        /// `.none` where the directory goes with the run.
        package var durability = Durability.onDisk

        package init(directory: String, relays: [RelayURL]) {
            self.directory = directory
            self.relays = relays
        }
    }

    package let environment: SessionEnvironment
    package let directory: StateDirectory
    /// Milliseconds since 1970.
    package let openedAt: Int64

    /// Opens or creates the state; connects to nothing yet.
    ///
    /// - Throws: `StateDirectory.Locked`, `FileError` for what cannot be read.
    package init(_ settings: Settings, log: EventLog, clock: any Clock<Duration>) throws {
        directory = try StateDirectory(path: settings.directory)
        openedAt = Self.milliseconds()
        let random = SystemRandom()
        let journal = try Journal(path: directory.file("journal.ndjson"))
        let key = try Identity.load(
            from: directory.file("identity.json"), random: random, durability: settings.durability)
        log.masking.add(key: key)
        journal.begin(at: openedAt)
        log.listen { journal.write($0) }
        let now: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
        let client = try MarmotClient(
            key: key, store: FileAccountStore(directory: directory.path, durability: settings.durability),
            random: random, now: now)
        var relayEnvironment = RelayEnvironment(
            clock: clock, random: random, authorityFile: settings.authorityFile)
        relayEnvironment.interference = settings.interference
        relayEnvironment.account = RelayAccount(key: key, anonymousKinds: [.groupEvent])
        let lost = LostRelays()
        let report: @Sendable (RelayReport) -> Void = { report in
            switch report {
            case .connected(let url):
                log.trace.add(.relay, "connected to \(url.text)")
                log.emit(.relayConnected(url.text, isBack: lost.isBack(url)))
            case .disconnected(let url, let why):
                log.trace.add(.relay, "✗ \(url.text): \(why)")
                lost.add(url)
                log.emit(.relayDisconnected(url.text, reason: why))
            case .remark(let url, let text): log.emit(.relayRemark(url.text, text: text))
            case .notice(let url, let text): log.emit(.relayNotice(url.text, text: text))
            }
        }
        let keyPackageRelays = settings.keyPackageRelays ?? settings.relays
        let trace = RelayTrace(
            log.trace, relays: Set(settings.relays + keyPackageRelays))
        relayEnvironment.tap = { trace.add($0, $1) }
        let pool = RelayPool(settings.relays, environment: relayEnvironment, report: report)
        environment = SessionEnvironment(
            client: client, pool: pool,
            keyPackagePool: Set(keyPackageRelays) == Set(settings.relays)
                ? pool : RelayPool(keyPackageRelays, environment: relayEnvironment, report: report),
            ledger: try ResourceLedger(path: directory.file("ledger.ndjson"), durability: settings.durability)
            { Self.milliseconds() },
            log: log, marks: SyncMarkFile(path: directory.file("sync.json"), durability: settings.durability),
            clock: clock, random: random, now: now, limits: settings.limits, keeper: settings.keeper)
    }

    /// The journal's lines of an earlier run.
    ///
    /// - Parameter session: `old` is the run before this one; another name the latest that had a session of that name.
    /// - Returns: nil where there is none.
    /// - Throws: `FileError`.
    package func earlierJournal(of session: String) throws -> String? {
        let runs = try Journal.runs(in: directory.file("journal.ndjson")).dropLast()
        if session == Self.previousRun { return runs.last }
        let mark = "\"session\":\(JSONText.quoted(session))"
        guard let run = runs.last(where: { $0.contains(mark) }) else { return nil }
        return run.split(separator: "\n").filter { $0.contains(mark) }.joined(separator: "\n")
    }

    /// What stands for the run before this one.
    private static let previousRun = "old"

    private static func milliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    /// All pools, each once.
    private var pools: [RelayPool] {
        environment.keyPackagePool === environment.pool
            ? [environment.pool] : [environment.pool, environment.keyPackagePool]
    }

    package func connect() async { for pool in pools { await pool.start() } }

    /// One more relay for messages: read from at once; groups that name it are spoken to there, too.
    ///
    /// - Returns: false for one that is there already.
    package func add(_ relay: RelayURL) async -> Bool {
        guard await environment.pool.add(relay) else { return false }
        await environment.feed.listenAgain()
        return true
    }

    /// Breaks every connection; they come back by themselves.
    package func breakConnections() async { for pool in pools { await pool.disconnect() } }

    package func close() async {
        await withTaskGroup(of: Void.self) { group in
            for pool in pools { group.addTask { await pool.stop() } }
        }
    }
}

extension Masking {
    /// Every way in which a secret key is written: hexadecimal and nsec (NIP-19).
    package func add(key: Secp256k1SecretKey) {
        let hexadecimal = Hex.encode(key.secret.exposed())
        add(hexadecimal)
        add(KeyText.nsec(key))
    }
}

/// Relays whose loss was told: that they are back is told, too.
private final class LostRelays: Sendable {
    private let relays = Mutex<Set<RelayURL>>([])

    func add(_ relay: RelayURL) { _ = relays.withLock { $0.insert(relay) } }
    func isBack(_ relay: RelayURL) -> Bool { relays.withLock { $0.remove(relay) != nil } }
}
