import Cryptography

/// A check required by RFC 9420 that a message failed. docs/mls-checks.md lists all checks with their files
/// and tests.
package struct MLSCheck: Error, Equatable, Sendable, CustomStringConvertible {
    /// `CHK-<area>-<number>`.
    package let id: String
    /// Section of RFC 9420.
    package let section: String
    /// What is wrong with the message; a sentence without capital letter and full stop.
    package let text: String

    package init(_ id: String, _ section: String, _ text: String) {
        (self.id, self.section, self.text) = (id, section, text)
    }

    package var description: String { "\(text) (\(id), RFC 9420 §\(section))" }
}

/// Errors of the MLS layer.
package enum MLSError: Error, Equatable, CustomStringConvertible {
    /// The message violates RFC 9420.
    case violated(MLSCheck)
    /// The message is for another epoch than the group's current one. That need not be the peer's fault.
    case wrongEpoch(message: UInt64, group: UInt64)
    /// The message is for another group.
    case wrongGroup
    /// Our own message came back; MLS cannot decrypt messages that it encrypted itself.
    case ownMessage
    /// The commit refers to a proposal that has not arrived (yet): CHK-COMMIT-01, RFC 9420 §12.4.2.
    case unknownProposal
    /// Authentication or decryption failed.
    case undecryptable
    /// The message uses a protocol feature that this client does not support.
    case unsupported(String)
    /// The caller asked for something that the group's state does not allow.
    case notPossible(String)
    /// The commit or Welcome needs a pre-shared key that we do not have.
    case missingPreSharedKey
    /// The Welcome has no entry for this key package.
    case notForUs

    package var description: String {
        switch self {
        case .violated(let check): "\(check)"
        case .wrongEpoch(let message, let group):
            "the message is from epoch \(message), but the group is in epoch \(group)"
        case .wrongGroup: "the message is for another group"
        case .ownMessage: "this is our own message"
        case .unknownProposal:
            "the commit refers to an unknown proposal (CHK-COMMIT-01, RFC 9420 §12.4.2)"
        case .undecryptable: "the message cannot be decrypted"
        case .unsupported(let what): "\(what) is not supported"
        case .notPossible(let why): why
        case .missingPreSharedKey: "the message needs a pre-shared key that is not known"
        case .notForUs: "the Welcome is not for this key package"
        }
    }
}

/// Throws an `MLSCheck` unless `condition` holds. Each id has one row in docs/mls-checks.md.
func require(
    _ condition: Bool, _ id: String, _ section: String, _ text: @autoclosure () -> String
) throws {
    guard condition else { throw MLSError.violated(MLSCheck(id, section, text())) }
}
