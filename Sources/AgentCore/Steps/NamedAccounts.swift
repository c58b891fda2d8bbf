import Vocabulary
import Cryptography
import Marmot
import Nostr

extension AgentSession {
    /// Accounts as commands name them: npub or 64 hexadecimal digits, `me`, or `agent` for the session's own.
    package func accounts(named words: [String]) throws -> [XOnlyKey] {
        try words.map { word in
            switch word {
            case "me": return environment.client.publicKey
            case "agent":
                guard let origin = state.origin else {
                    throw Failure(.usage, "this session has no agent; name the account by its npub")
                }
                return origin.publicKey
            default: return try KeyText.publicKey(word)
            }
        }
    }

    /// Who of the members is the agent: the one that the session began with. In a group of an earlier run the only other member, or the only
    /// other admin, because the agent is made one; nil where neither tells.
    func agent(of group: MarmotGroup) -> XOnlyKey? {
        if let key = state.keyPackage?.account ?? state.origin?.publicKey, group.members.contains(key) {
            return key
        }
        let me = environment.client.publicKey
        let others = group.members.filter { $0 != me }
        if others.count == 1 { return others[0] }
        let admins = others.filter(group.data.isAdmin)
        return admins.count == 1 ? admins[0] : nil
    }

    /// Exactly one.
    package func account(named words: [String]) throws -> XOnlyKey {
        let keys = try accounts(named: words)
        guard keys.count == 1 else {
            throw Failure(.usage, "one account is needed, \(keys.count) are named")
        }
        return keys[0]
    }
}
