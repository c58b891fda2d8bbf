import Cryptography
import MLS
import Nostr

/// Why nothing may be sent to a group, although we are a member. It is found out while reading, and stored: what proved it is not read again.
package enum Obstacle: Equatable, Sendable {
    /// The state was restored from a copy: messages of ours are at the relays that this state does not know. Its next message would use a
    /// key for the second time. A commit of ours with fresh keys ends it.
    case copied
    /// Restored from a copy as well, and a commit of ours followed: we are in an epoch that is over, and cannot enter the next one.
    case overtakenByOurselves
    /// A member's commit that we refuse has very likely been taken by the others.
    case leftBehind(by: XOnlyKey, why: String)
    /// Another group of ours has taken its place.
    case replaced

    /// Whether an update of our keys is the way out, so that it may be sent.
    package var endsWithFreshKeys: Bool { self == .copied }
}

extension Obstacle: CustomStringConvertible {
    package var description: String {
        switch self {
        case .copied:
            "the state directory is an old copy: messages of ours are at the relays that it does not know, and sending from it would use keys twice"
        case .overtakenByOurselves:
            "the state directory is an old copy: the group has gone on by a change of ours that it does not know, and nobody would read what we send"
        case .leftBehind(let member, let why):
            "the group has gone on without us: a change by \(KeyText.npub(member)) was refused here (\(why)), and other clients take it"
        case .replaced: "another group has taken the place of this one"
        }
    }
}

extension Obstacle: TLSCodable {
    private enum Code: UInt8 { case copied = 1, overtakenByOurselves, leftBehind, replaced }

    package init(from reader: inout TLSReader) throws(TLSDecodingError) {
        let start = reader
        switch Code(rawValue: try reader.uint8()) {
        case .copied: self = .copied
        case .overtakenByOurselves: self = .overtakenByOurselves
        case .leftBehind:
            let member = try XOnlyKey.stored(&reader)
            self = .leftBehind(by: member, why: String(decoding: try reader.opaque(), as: UTF8.self))
        case .replaced: self = .replaced
        case nil: throw start.failure(.invalidValue(of: "obstacle", 0))
        }
    }

    package func encode(to writer: inout TLSWriter) {
        func code(_ code: Code) { writer.uint8(code.rawValue) }
        switch self {
        case .copied: code(.copied)
        case .overtakenByOurselves: code(.overtakenByOurselves)
        case .leftBehind(let member, let why):
            code(.leftBehind)
            writer.fixed(member.bytes)
            writer.opaque(Array(why.utf8))
        case .replaced: code(.replaced)
        }
    }
}
