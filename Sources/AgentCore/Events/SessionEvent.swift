/// Everything that can happen, typed. Renderers see it as `EventRecord`, after masking.
package enum SessionEvent: Equatable, Sendable {
    // Provider lifecycle
    case provisioning(provider: String, text: String)
    case provisioned(provider: String, id: String, detail: String, seconds: Double)
    case attached(npub: String)
    case waitingForKeyPackage(npub: String)
    case keyPackageIgnored(reason: String)
    case keyPackageFound(npub: String, kind: Int, tries: Int)
    case groupCreated(name: String, members: Int)
    case welcomeDelivered(relay: String)
    case sent(text: String, relay: String)
    case reply(text: String, sender: String, session: String)
    case epochChanged(epoch: Int, by: String)
    case removedFromGroup(by: String)
    case messageRejected(reason: String)
    case tearingDown(id: String)
    case tornDown(id: String, seconds: Double)
    case kept(id: String)
    case teardownFailed(id: String, reason: String)
    // Relays
    case relayConnected(String)
    case relayDisconnected(String, reason: String)
    case relayRemark(String, text: String)
    // Scripts and jobs
    case step(title: String)
    case echo(String)
    case hint(String)
    case skipped(why: String)
    case command(source: String, line: Int, text: String)
    case retry(command: String, tries: Int, reason: String)
    case jobStarted(name: String)
    case jobExited(name: String, status: Int)
    case deferred(command: String, failed: String?)
    case warning(String)
    case result(String)
    case failure(code: String, message: String)

    /// Importance, for choosing what a terminal shows.
    package enum Level: Int, Comparable, Sendable {
        case trace, debug, info, warn, error
        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
    }

    package var level: Level {
        switch self {
        case .command, .relayConnected: .debug
        case .retry, .keyPackageIgnored, .relayRemark, .deferred: .debug
        case .relayDisconnected, .warning, .messageRejected, .removedFromGroup: .warn
        case .teardownFailed, .failure: .error
        default: .info
        }
    }
}
