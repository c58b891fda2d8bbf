import Nostr
import Vocabulary

extension RelayError {
    /// The reason without the address.
    var reasonText: String {
        switch reason {
        case .noReply(let limit): "did not confirm within \(limit.inSeconds)"
        case .rejected(let why): "refused: \(why)"
        case .unreachable(let why): why
        }
    }
}
