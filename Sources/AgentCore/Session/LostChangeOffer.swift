import Marmot
import Nostr
import Vocabulary

/// Offers changes of ours again that another member's commit undid: the commands that make them.
struct LostChangeOffer {
    let text: String

    /// Nil when nothing is lost.
    init?(_ lost: [LostChange]) {
        guard !lost.isEmpty else { return nil }
        let commands = lost.map { "`\(Self.command($0))`" }.joined(separator: ", ")
        text = "what we had changed is undone; if it is still wanted, make it again: \(commands)"
    }

    private static func command(_ change: LostChange) -> String {
        switch change {
        case .invited(let account): "group invite \(KeyText.npub(account))"
        case .removed(let account): "group remove \(KeyText.npub(account))"
        case .renamed(let name): "group rename \(ScriptWord.quoted(name))"
        case .described(let text): "group rename description=\(ScriptWord.quoted(text))"
        case .movedTo(let relays): "group relays \(relays.joined(separator: " "))"
        case .promoted(let account): "group promote \(KeyText.npub(account))"
        case .demoted(let account): "group demote \(KeyText.npub(account))"
        }
    }
}
