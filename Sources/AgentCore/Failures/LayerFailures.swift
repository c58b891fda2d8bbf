import Cryptography
import MLS
import Marmot
import Nostr
import Vocabulary

// Errors of the layers below, as failures: whose fault each is, and whether trying again can help.

extension PublishError: FailureConvertible {
    /// A relay that refuses may take the event later, and another relay may take it now.
    package var failure: Failure {
        let isRefused = failures.contains { if case .rejected = $0.reason { true } else { false } }
        var failure = Failure(isRefused ? .protocolError : .unreachable, description, isRetryable: true)
        failure.isRateLimited = isRateLimited
        return failure
    }
}

extension RelayError: FailureConvertible {
    package var failure: Failure { Failure(.unreachable, description) }
}

extension SocketError: FailureConvertible {
    package var failure: Failure { Failure(.unreachable, "\(self)") }
}

extension FileError: FailureConvertible {
    package var failure: Failure { Failure(.require, "\(self)") }
}

extension KeyText.Failure: FailureConvertible {
    package var failure: Vocabulary.Failure { Vocabulary.Failure(.usage, "\(self)") }
}

extension RelayURL.Failure: FailureConvertible {
    package var failure: Vocabulary.Failure { Vocabulary.Failure(.usage, "\(self)") }
}

extension MarmotError: FailureConvertible {
    package var failure: Failure {
        switch self {
        case .notPossible(let why): Failure(.usage, why)
        case .mustNotSend(.replaced): Failure(.usage, "\(self)", hints: ["group list"])
        case .mustNotSend(let obstacle):
            Failure(
                .protocolError, "\(obstacle)",
                hints: [
                    obstacle.endsWithFreshKeys
                        ? "go on with fresh keys: `group renew`"
                        : "go on in a new group with the same members: `group renew`"
                ], isRetryable: false)
        default: Failure(.protocolError, "\(self)")
        }
    }
}

extension CryptographyError: FailureConvertible {
    package var failure: Failure { Failure(.protocolError, "\(self); please report this") }
}
