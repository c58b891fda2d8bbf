import Cryptography

/// A check of RFC 9420 that a message failed; docs/mls-checks.md lists them all with file and test.
package struct MLSCheck: Error, Equatable, Sendable, CustomStringConvertible {
    /// `CHK-<area>-<number>`.
    package let id: String
    /// Section of RFC 9420.
    package let section: String
    /// What is wrong with the message, as a sentence fragment.
    package let text: String

    package init(_ id: String, _ section: String, _ text: String) {
        (self.id, self.section, self.text) = (id, section, text)
    }

    package var description: String { "\(text) (\(id), RFC 9420 §\(section))" }
}

/// What the MLS layer reports.
package enum MLSError: Error, Equatable, CustomStringConvertible {
    /// The peer's message breaks a rule.
    case violated(MLSCheck)
    /// The message is for another epoch; both numbers are this group's business, not the peer's fault.
    case wrongEpoch(message: UInt64, group: UInt64)
    /// The message is for another group.
    case wrongGroup
    /// One's own message came back; MLS cannot decrypt what it encrypted.
    case ownMessage
    /// A commit refers to a proposal that has not come (yet): CHK-COMMIT-01, RFC 9420 §12.4.2.
    case unknownProposal
    /// Authentication or decryption failed.
    case undecryptable
    /// A protocol feature that this client does not speak.
    case unsupported(String)
    /// The caller asked for something the group's state does not allow.
    case notPossible(String)
    /// A pre-shared key that a commit or Welcome needs is not known.
    case missingPreSharedKey
    /// None of the Welcome's entries is for this key package.
    case notForUs

    package var description: String {
        switch self {
        case .violated(let check): "\(check)"
        case .wrongEpoch(let message, let group):
            "the message is of epoch \(message), the group is in epoch \(group)"
        case .wrongGroup: "the message is for another group"
        case .ownMessage: "this is our own message"
        case .unknownProposal:
            "the commit refers to a proposal that is not known (CHK-COMMIT-01, RFC 9420 §12.4.2)"
        case .undecryptable: "the message does not decrypt"
        case .unsupported(let what): "\(what) is not supported"
        case .notPossible(let why): why
        case .missingPreSharedKey: "a pre-shared key that this message needs is not known"
        case .notForUs: "the Welcome is not for this key package"
        }
    }
}

/// Fails with `check` unless `condition` holds: each line that uses it is one row of docs/mls-checks.md.
func require(
    _ condition: Bool, _ id: String, _ section: String, _ text: @autoclosure () -> String
) throws {
    guard condition else { throw MLSError.violated(MLSCheck(id, section, text())) }
}
