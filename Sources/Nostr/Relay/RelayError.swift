/// What failed between us and one relay.
package struct RelayError: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// No OK came; the event may have arrived.
        case noReply(within: Duration)
        /// `["OK", id, false, reason]`, or CLOSED for a subscription.
        case rejected(String)
        /// Not connected within the time; the last attempt's failure.
        case unreachable(String)
    }

    package let relay: RelayURL
    package let reason: Reason

    package init(_ relay: RelayURL, _ reason: Reason) {
        self.relay = relay
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .noReply(let limit): "\(relay) did not confirm within \(limit.inSeconds)"
        case .rejected(let why):
            "\(relay) refused: \(why.isEmpty ? "no reason given" : String(why.prefix(300)))"
        case .unreachable(let why): "\(relay) is not reachable: \(why)"
        }
    }
}

/// No relay took an event: every relay's reason.
package struct PublishError: Error, Equatable, CustomStringConvertible {
    package let kind: EventKind
    package let failures: [RelayError]

    package var description: String {
        guard !failures.isEmpty else { return "no relay is configured; name one with --relay" }
        return "no relay accepted the event (kind \(kind)): "
            + failures.map(\.description).sorted().joined(separator: "; ")
            + ". Try another relay with --relay, or ask its operator"
    }
}

extension Duration {
    /// "90s", "2.5s", "350ms": for people.
    package var inSeconds: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        if milliseconds < 1000 { return "\(milliseconds)ms" }
        let tenths = (milliseconds + 50) / 100
        return tenths % 10 == 0 ? "\(tenths / 10)s" : "\(tenths / 10).\(tenths % 10)s"
    }
}
