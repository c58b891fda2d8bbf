import Nostr
import Vocabulary

/// Signals of voice calls that other clients hide in messages (contracts/daemon-and-messenger.md, section 5). They are never text.
package struct CallSignal: Equatable, Sendable {
    /// Such as `call.invite`.
    let type: String
    let callID: String

    private static let types: Set<String> = ["call.invite", "call.accept", "call.reject", "call.end"]
    /// Of the rumors that answer one.
    static let kind = EventKind(rawValue: 10)
    /// Layers that may be around it: a string of JSON, `content`, `rumor.content`.
    private static let maximumDepth = 4

    /// Nil for other messages.
    package init?(_ content: String) {
        // Most messages are no JSON: nothing costly for those.
        guard content.contains("pika.call"), let found = Self.find(in: .text(content), depth: 0) else {
            return nil
        }
        self = found
    }

    private init(type: String, callID: String) { (self.type, self.callID) = (type, callID) }

    private static func find(in value: EventValue, depth: Int) -> CallSignal? {
        guard depth <= maximumDepth else { return nil }
        switch value {
        case .text(let text):
            guard let inner = JSONValueReader.read(text), inner != value else { return nil }
            return find(in: inner, depth: depth + 1)
        case .record(let fields):
            if fields["ns"] == .text("pika.call") {
                guard fields["v"] == .number(1), case .text(let type)? = fields["type"], types.contains(type),
                    case .text(let id)? = fields["call_id"]
                else { return nil }
                return CallSignal(type: type, callID: id)
            }
            if let content = fields["content"] { return find(in: content, depth: depth + 1) }
            if case .record(let rumor)? = fields["rumor"], let content = rumor["content"] {
                return find(in: content, depth: depth + 1)
            }
            return nil
        default: return nil
        }
    }

    /// Of an invitation.
    var isInvitation: Bool { type == "call.invite" }

    /// That we take no calls.
    ///
    /// - Parameter now: seconds since 1970.
    func refusal(now: Int64) -> String {
        EventValue.record([
            "v": .number(1), "ns": .text("pika.call"), "type": .text("call.reject"), "call_id": .text(callID),
            "ts_ms": .number(Int(now) * 1000), "body": .record(["reason": .text("unsupported")]),
        ]).json
    }
}
