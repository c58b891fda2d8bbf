import Cryptography
import Vocabulary

/// A change in the connection to a relay, for the event log.
package enum RelayReport: Equatable, Sendable {
    case connected(RelayURL)
    case disconnected(RelayURL, String)
    case remark(RelayURL, String)
    /// Something that whoever uses the relay should know: what it refused and why, what it said.
    case notice(RelayURL, String)
}

/// One message on a connection to a relay, with its text as it went over the wire.
package enum RelayTraffic: Sendable {
    case sent(ClientMessage, text: String)
    case received(RelayMessage, text: String)
    /// It does not conform to NIP-01.
    case unreadable(text: String)
}

/// The dependencies and settings of a relay connection.
package struct RelayEnvironment: Sendable {
    package var clock: any Clock<Duration>
    package var random: any RandomSource
    /// PEM file with certificate authorities to trust in addition to the system's.
    package var authorityFile: String?
    package var connectTimeout: Duration = .seconds(10)
    /// Interval between pings. A relay that sends nothing between two pings counts as dead.
    package var pingInterval: Duration = .seconds(30)
    package var retry = RetrySchedule()
    /// Who we are for relays that want to know (NIP-42); nil is a fresh key for each connection, which tells them nothing.
    package var identity: Secp256k1SecretKey?
    /// Who we are for what is the account's anyway; nil uses `identity` for all.
    package var account: RelayAccount?
    /// For fault injection; nil in normal operation.
    package var interference: (any RelayInterference)?
    /// Gets everything that goes to relays and comes from them.
    package var tap: (@Sendable (RelayURL, RelayTraffic) -> Void)?

    package init(
        clock: any Clock<Duration> = ContinuousClock(), random: any RandomSource = SystemRandom(),
        authorityFile: String? = nil
    ) {
        self.clock = clock
        self.random = random
        self.authorityFile = authorityFile
    }
}
