import MLS

extension MLSMessage {
    /// The epoch of a group message; nil for other messages.
    var epoch: UInt64? {
        switch self {
        case .privateMessage(let message): message.epoch
        case .publicMessage(let message): message.content.epoch
        case .welcome, .groupInfo, .keyPackage: nil
        }
    }

    /// What a group message contains; nil for other messages.
    var contentType: ContentType? {
        switch self {
        case .privateMessage(let message): message.contentType
        case .publicMessage(let message): message.content.content.type
        case .welcome, .groupInfo, .keyPackage: nil
        }
    }

    var isProposal: Bool { contentType == .proposal }
}
