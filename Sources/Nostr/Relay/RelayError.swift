import Vocabulary

/// A failed exchange with one relay.
package struct RelayError: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        /// The relay sent no OK. It may have received the event nevertheless.
        ///
        /// - `notice`: what the relay said meanwhile.
        case noReply(within: Duration, notice: String?)
        /// The relay answered `["OK", id, false, reason]`, or CLOSED for a subscription.
        case rejected(String)
        /// It is connected, and has answered nothing at all.
        case silent
        /// No connection was established in time. Contains the reason why the last attempt failed.
        case unreachable(String)
    }

    package let relay: RelayURL
    package let reason: Reason

    package init(_ relay: RelayURL, _ reason: Reason) {
        self.relay = relay
        self.reason = reason
    }

    /// The reason without the address.
    package var reasonText: String {
        switch reason {
        case .noReply(let limit, let notice):
            "did not confirm within \(limit.inSeconds)"
                + (notice.map { "; it said: \($0.cut(to: 300))" } ?? "")
        case .silent: "connected, but it does not answer"
        case .rejected(let why): "refused: \(why.isEmpty ? "no reason given" : why.cut(to: 300))"
        case .unreachable(let why): why
        }
    }

    package var description: String {
        switch reason {
        case .noReply(let limit, let notice):
            "\(relay) did not confirm the event within \(limit.inSeconds)"
                + (notice.map { "; it said: \($0.cut(to: 300))" } ?? "")
        case .rejected(let why):
            "\(relay) rejected the request: \(why.isEmpty ? "no reason given" : why.cut(to: 300))"
        case .silent: "\(relay) is connected, but does not answer"
        case .unreachable(let why): "\(relay) is unreachable: \(why)"
        }
    }
}

/// No relay accepted an event. Contains each relay's reason.
package struct PublishError: Error, Equatable, CustomStringConvertible {
    package let kind: EventKind
    package let failures: [RelayError]

    /// A relay may have the event all the same.
    package var mayHaveArrived: Bool {
        failures.contains { if case .noReply = $0.reason { true } else { false } }
    }

    /// Every relay has refused it for a reason that another try does not change.
    package var isRefusedForGood: Bool {
        failures.allSatisfy {
            guard case .rejected(let why) = $0.reason else { return false }
            return RelayState.finalReasons.contains(where: why.hasPrefix)
        }
    }

    /// A relay wants to be asked less often.
    package var isRateLimited: Bool {
        failures.contains { failure in
            if case .rejected(let why) = failure.reason { why.hasPrefix("rate-limited:") } else { false }
        }
    }

    /// Every relay has refused it.
    package var isRefused: Bool {
        failures.allSatisfy { if case .rejected = $0.reason { true } else { false } }
    }

    package var description: String {
        guard !failures.isEmpty else { return "no relay is configured; specify one with --relay" }
        return "no relay accepted the event (kind \(kind)): "
            + failures.map(\.description).sorted().joined(separator: "; ")
            + ". Try another relay with --relay, or contact the relay's operator"
    }
}
