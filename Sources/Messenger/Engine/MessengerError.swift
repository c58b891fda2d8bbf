import AgentCore
import Marmot
import Nostr
import Vocabulary

/// Why a command of the messenger could not be carried out: a code of the daemon's protocol, and a sentence.
package struct MessengerError: Error, Equatable, CustomStringConvertible {
    /// The codes of contracts/daemon-and-messenger.md, sections 4 and 12; consumers compare them.
    package enum Code: String, Sendable {
        case badRelays = "bad_relays"
        case mdkError = "mdk_error"
        case signFailed = "sign_failed"
        case publishFailed = "publish_failed"
        case badEventID = "bad_event_id"
        case notFound = "not_found"
        case badGroupID = "bad_group_id"
        case badPublicKey = "bad_pubkey"
        case badEmoji = "bad_emoji"
        case fetchFailed = "fetch_failed"
        case noKeyPackages = "no_key_packages"
        case unsupported
        case fileError = "file_error"
        case encryptError = "encrypt_error"
        case uploadFailed = "upload_failed"
        case downloadFailed = "download_failed"
        /// The line is no JSON object.
        case parseError = "parse_error"
        case unknownCommand = "unknown_command"
        /// A field is missing or has another type.
        case badRequest = "bad_request"
        /// The daemon is ending.
        case shuttingDown = "shutting_down"
    }

    package let code: Code
    package let message: String

    package init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }

    package var description: String { message }

    /// What another layer has thrown: relays' refusals are `publish_failed`, all else counts as the code of the step.
    init(_ error: any Error, otherwise code: Code) {
        switch error {
        case let error as MessengerError: self = error
        case let error as PublishError: self.init(.publishFailed, "\(error)")
        default: self.init(code, Failure(error).message)
        }
    }
}

extension MessengerError: FailureConvertible {
    /// For one-shot commands: their exit status tells more than the original's 1.
    package var failure: Failure {
        let code: FailureCode =
            switch code {
            case .badRelays, .badEventID, .badGroupID, .badPublicKey, .badEmoji, .badRequest, .unknownCommand,
                .unsupported, .parseError, .notFound, .fileError:
                .usage
            case .publishFailed, .fetchFailed, .shuttingDown, .uploadFailed, .downloadFailed: .unreachable
            case .noKeyPackages: .notReady
            case .mdkError, .signFailed, .encryptError: .protocolError
            }
        return Failure(code, message)
    }
}
