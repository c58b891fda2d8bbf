import Cryptography
import Marmot
import Nostr
import Vocabulary

/// What is told when a commit that takes precedence undid what had happened in the group.
struct RollbackReport {
    let committer: XOnlyKey
    /// How often this member has undone a removal by now; nil if that is not what happened.
    let returns: Int?
    /// Messages of ours that are not sent again.
    let withheld: Int
    /// What commits of ours had done.
    let lost: [LostChange]

    var warnings: [String] {
        var warnings = [cause]
        if let offer = LostChangeOffer(lost) { warnings.append(offer.text) }
        if withheld > 0 {
            warnings.append(
                "\(withheld) of our messages will not be resent: the commit that was rolled back had removed a member who could read them now"
            )
        }
        return warnings
    }

    private var cause: String {
        guard let returns else {
            return
                "two members changed the group at the same time: the earlier commit counts, and the other one was rolled back (see group state)"
        }
        let member = KeyText.npub(committer)
        let times = returns == 1 ? "" : ", \(returns) times by now"
        return
            "\(member), who had been removed, undid that by a change dated before it, which is how Marmot decides between two changes\(times); "
            + "`group renew without=\(member)` ends it: a new group with the others"
    }
}
