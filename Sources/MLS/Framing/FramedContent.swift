/// The sender of a message (§6).
package enum Sender: Equatable, Sendable, TLSCodable {
    case member(LeafIndex)
    case external(UInt32)
    case newMemberProposal
    case newMemberCommit

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        switch try reader.uint8() {
        case 1: self = .member(try LeafIndex(from: &reader))
        case 2: self = .external(try reader.uint32())
        case 3: self = .newMemberProposal
        case 4: self = .newMemberCommit
        case let other: throw start.failure(.invalidValue(of: "sender type", UInt64(other)))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        switch self {
        case .member(let index):
            writer.uint8(1)
            index.encode(to: &writer)
        case .external(let index):
            writer.uint8(2)
            writer.uint32(index)
        case .newMemberProposal: writer.uint8(3)
        case .newMemberCommit: writer.uint8(4)
        }
    }
}

/// The type of a message's content (§6).
package enum ContentType: UInt8, Sendable {
    case application = 1
    case proposal = 2
    case commit = 3
}

/// The content of a group message (§6).
package enum MessageContent: Equatable, Sendable {
    case application([UInt8])
    case proposal(Proposal)
    case commit(Commit)

    package var type: ContentType {
        switch self {
        case .application: .application
        case .proposal: .proposal
        case .commit: .commit
        }
    }

    init(_ type: ContentType, from reader: inout TLSReader) throws(TLSDecodingError) {
        switch type {
        case .application: self = .application(try reader.opaque())
        case .proposal: self = .proposal(try Proposal(from: &reader))
        case .commit: self = .commit(try Commit(from: &reader))
        }
    }

    func encode(to writer: inout TLSWriter) {
        switch self {
        case .application(let data): writer.opaque(data)
        case .proposal(let proposal): proposal.encode(to: &writer)
        case .commit(let commit): commit.encode(to: &writer)
        }
    }
}

/// FramedContent (§6): the content together with the fields that the sender signs.
package struct FramedContent: Equatable, Sendable, TLSCodable {
    package var groupID: [UInt8]
    package var epoch: UInt64
    package var sender: Sender
    package var authenticatedData: [UInt8]
    package var content: MessageContent

    package init(
        groupID: [UInt8], epoch: UInt64, sender: Sender, authenticatedData: [UInt8] = [],
        content: MessageContent
    ) {
        self.groupID = groupID
        self.epoch = epoch
        self.sender = sender
        self.authenticatedData = authenticatedData
        self.content = content
    }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        groupID = try reader.opaque()
        epoch = try reader.uint64()
        sender = try Sender(from: &reader)
        authenticatedData = try reader.opaque()
        let type = try reader.closedCode8(ContentType.self, named: "content type")
        content = try MessageContent(type, from: &reader)
    }

    package func encode(to writer: inout TLSWriter) {
        writer.opaque(groupID)
        writer.uint64(epoch)
        sender.encode(to: &writer)
        writer.opaque(authenticatedData)
        writer.uint8(content.type.rawValue)
        content.encode(to: &writer)
    }
}
