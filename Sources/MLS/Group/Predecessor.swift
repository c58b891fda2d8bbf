/// The group from which a new group was created, by ReInit (§11.2) or as a branch (§11.3).
package enum Predecessor: Sendable {
    /// The group was ended by a ReInit. The first value is its last epoch, which is `StagedCommit.group` of
    /// the commit with the ReInit; the second one is that ReInit.
    case ended(Group, by: Proposal.ReInit)
    case branched(Group)

    var group: Group {
        switch self {
        case .ended(let group, _), .branched(let group): group
        }
    }

    private var usage: PreSharedKeyID.Usage {
        switch self {
        case .ended: .reInit
        case .branched: .branch
        }
    }

    /// The resumption key that links a new group to its predecessor, among the keys that its Welcome names.
    static func founding(_ keys: [PreSharedKeyID]) throws -> PreSharedKeyID? {
        let founding = keys.filter {
            if case .resumption(let usage, _, _) = $0.key { usage != .application } else { false }
        }
        try require(
            founding.count <= 1, "CHK-WELCOME-10", "12.4.3.1",
            "the Welcome names more than one predecessor of the group")
        return founding.first
    }

    /// Makes the checks of §11.2 and §11.3 on a group that was created with the resumption key `key`.
    static func check(
        _ key: PreSharedKeyID, _ predecessor: Predecessor?, _ info: GroupInfo, _ tree: RatchetTree
    ) throws {
        guard case .resumption(let usage, let groupID, let epoch) = key.key else { return }
        guard let predecessor, predecessor.usage == usage, predecessor.group.groupID == groupID,
            predecessor.group.epoch == epoch
        else { throw MLSError.missingPreSharedKey }
        try require(
            info.context.epoch == 1, "CHK-WELCOME-11", "11.2",
            "a group that continues another one is not in its first epoch")
        switch predecessor {
        case .ended(_, let reInit):
            try require(
                info.context.groupID == reInit.groupID && reInit.version == protocolVersionMLS10
                    && reInit.cipherSuite == .x25519AES128GCMSHA256Ed25519
                    && info.context.extensions == reInit.extensions, "CHK-WELCOME-12", "11.2",
                "the group is not the one that the ReInit announced")
        case .branched(let parent):
            let known = Set(parent.members.map(\.leaf.credential))
            try require(
                tree.members.allSatisfy { known.contains($0.leaf.credential) }, "CHK-WELCOME-13", "11.3",
                "a branch has a member that its parent group does not have")
        }
    }
}
