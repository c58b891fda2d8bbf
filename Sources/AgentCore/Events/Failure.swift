import Cryptography
import MLS
import Marmot
import Nostr

/// A failed step in the form that is shown: what happened, and what to do next.
package struct Failure: Error, Equatable, CustomStringConvertible {
    package var code: FailureCode
    package var message: String
    /// One advice per line.
    package var hints: [String]
    /// Overrides what the code says about healing (404 heals for `http`, a POST of unknown outcome never does).
    package var canHeal: Bool

    package init(_ code: FailureCode, _ message: String, hints: [String] = [], canHeal: Bool? = nil) {
        self.code = code
        self.message = message
        self.hints = hints
        self.canHeal = canHeal ?? code.canHeal
    }

    package var description: String { ([message] + hints.map { "hint: \($0)" }).joined(separator: "\n") }

    /// Sorts any error of the layers below by whose fault it is.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let known as any FailureConvertible: self = known.failure
        case is CancellationError: self.init(.cancelled, "cancelled")
        case let deadline as DeadlineExceeded: self.init(.timeout, "\(deadline)")
        case let publish as PublishError:
            let refused = publish.failures.contains { if case .rejected = $0.reason { true } else { false } }
            self.init(refused ? .protocolError : .unreachable, "\(publish)", canHeal: true)
        case is RelayError, is SocketError: self.init(.unreachable, "\(error)")
        case is SessionOrderError: self.init(.usage, "\(error)")
        case is FileError, is StateDirectory.Locked: self.init(.require, "\(error)")
        case is KeyText.Failure, is RelayURL.Failure, is ParameterError: self.init(.usage, "\(error)")
        case MarmotError.notPossible(let why): self.init(.usage, why)
        case is MarmotError, is MLSError, is GiftWrapError, is EventError, is RatchetError:
            self.init(.protocolError, "\(error)")
        case let error as CryptographyError: self.init(.protocolError, "\(error); please report this")
        default: self.init(.protocolError, "\(error)")
        }
    }
}

/// An error of a layer above that knows how it is shown.
package protocol FailureConvertible: Error {
    var failure: Failure { get }
}
