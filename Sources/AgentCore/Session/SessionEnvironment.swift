import Vocabulary
import Cryptography
import Foundation
import Marmot
import Nostr

/// What all sessions of a process share.
package struct SessionEnvironment: Sendable {
    package let client: MarmotClient
    package let pool: RelayPool
    package let feed: GroupFeed
    /// Where key packages are looked for; often the same pool.
    package let keyPackagePool: RelayPool
    /// How far the relays were read.
    package let marks: SyncMarkFile
    package let ledger: ResourceLedger
    package let log: EventLog
    package let clock: any Clock<Duration>
    package let random: any RandomSource
    /// Seconds since 1970.
    package let now: @Sendable () -> Int64
    package let limits: SessionLimits
    /// Nil where nobody keeps messages.
    package let keeper: (any MessageKeeping)?

    package init(
        client: MarmotClient, pool: RelayPool, keyPackagePool: RelayPool, ledger: ResourceLedger,
        log: EventLog, marks: SyncMarkFile = SyncMarkFile(path: nil),
        clock: any Clock<Duration> = ContinuousClock(), random: any RandomSource = SystemRandom(),
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) },
        limits: SessionLimits = SessionLimits(), keeper: (any MessageKeeping)? = nil
    ) {
        self.client = client
        self.pool = pool
        feed = GroupFeed(pool: pool, now: now)
        self.keyPackagePool = keyPackagePool
        self.marks = marks
        self.ledger = ledger
        self.log = log
        self.clock = clock
        self.random = random
        self.now = now
        self.limits = limits
        self.keeper = keeper
    }
}
