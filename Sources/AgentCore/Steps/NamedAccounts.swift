import Vocabulary
import Cryptography
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

    /// Exactly one.
    package func account(named words: [String]) throws -> XOnlyKey {
        let keys = try accounts(named: words)
        guard keys.count == 1 else {
            throw Failure(.usage, "one account is needed, \(keys.count) are named")
        }
        return keys[0]
    }
}
