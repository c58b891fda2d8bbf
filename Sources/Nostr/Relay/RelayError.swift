import Vocabulary

/// A failed exchange with one relay.
package struct RelayError: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The relay sent no OK. It may have received the event nevertheless.
        case noReply(within: Duration)
        /// The relay answered `["OK", id, false, reason]`, or CLOSED for a subscription.
        case rejected(String)
        /// No connection was established in time. Contains the reason why the last attempt failed.
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
        case .noReply(let limit): "\(relay) did not confirm the event within \(limit.inSeconds)"
        case .rejected(let why):
            "\(relay) rejected the request: \(why.isEmpty ? "no reason given" : why.cut(to: 300))"
        case .unreachable(let why): "\(relay) is unreachable: \(why)"
        }
    }
}

/// No relay accepted an event. Contains each relay's reason.
package struct PublishError: Error, Equatable, CustomStringConvertible {
    package let kind: EventKind
    package let failures: [RelayError]

    package var description: String {
        guard !failures.isEmpty else { return "no relay is configured; specify one with --relay" }
        return "no relay accepted the event (kind \(kind)): "
            + failures.map(\.description).sorted().joined(separator: "; ")
            + ". Try another relay with --relay, or contact the relay's operator"
    }
}
