import Cryptography

/// The proposals of one commit, validated (§12.2) and ready to be applied (§12.3).
package struct ProposalList: Equatable, Sendable {
    package struct Item: Equatable, Sendable {
        package let proposal: Proposal
        package let sender: Sender

        package init(proposal: Proposal, sender: Sender) {
            self.proposal = proposal
            self.sender = sender
        }
    }

    package let items: [Item]

    package var adds: [KeyPackage] {
        items.compactMap { if case .add(let package) = $0.proposal { package } else { nil } }
    }

    /// The leaves removed by Remove or SelfRemove.
    package var removals: [LeafIndex] {
        items.compactMap { item in
            switch (item.proposal, item.sender) {
            case (.remove(let index), _): index
            case (.selfRemove, .member(let index)): index
            default: nil
            }
        }
    }

    var updates: [(index: LeafIndex, leaf: LeafNode)] {
        items.compactMap { item in
            guard case (.update(let leaf), .member(let index)) = (item.proposal, item.sender) else {
                return nil
            }
            return (index, leaf)
        }
    }

    var preSharedKeys: [PreSharedKeyID] {
        items.compactMap { if case .preSharedKey(let id) = $0.proposal { id } else { nil } }
    }

    package var newExtensions: [Extension]? {
        items.lazy.compactMap { item -> [Extension]? in
            if case .groupContextExtensions(let extensions) = item.proposal { extensions } else { nil }
        }.first
    }

    /// Whether a commit of these proposals needs an UpdatePath (§12.4).
    var requiresPath: Bool {
        items.isEmpty
            || items.contains {
                switch $0.proposal {
                case .update, .remove, .selfRemove, .externalInit, .groupContextExtensions: true
                case .add, .preSharedKey, .reInit: false
                }
            }
    }

    init(unchecked items: [Item]) { self.items = items }

    /// Validates the proposals of a member's commit as a whole (§12.2).
    ///
    /// - Parameters:
    ///   - now: seconds since 1970, to check the lifetimes of added key packages; nil skips that check.
    ///   - founding: the additional usage that a resumption key may have because the group is being created
    ///     with it (§11.2, §11.3).
    ///   - hasVerifiedKeyPackages: whether the signatures of the added key packages have already been
    ///     verified.
    package init(
        validating items: [Item], committer: LeafIndex, group: Group, now: UInt64?,
        founding: PreSharedKeyID.Usage? = nil, hasVerifiedKeyPackages: Bool = false
    ) throws {
        self.items = items
        let types = items.map(\.proposal.type)
        for item in items {
            if case .update = item.proposal {
                try require(
                    item.sender != .member(committer), "CHK-PROPOSALS-01", "12.2",
                    "the committer commits its own Update")
            }
        }
        let touched = updates.map(\.index) + removals
        try require(
            Set(touched).count == touched.count, "CHK-PROPOSALS-02", "12.2",
            "a leaf is updated or removed more than once")
        try require(
            !removals.contains(committer), "CHK-PROPOSALS-03", "12.2", "the committer removes itself")
        for index in touched {
            try require(
                group.tree.leaf(at: index) != nil, "CHK-PROPOSALS-04", "12.1.3",
                "leaf \(index) is not a member")
        }
        try require(
            types.filter { $0 == .groupContextExtensions }.count <= 1, "CHK-PROPOSALS-05", "12.2",
            "the group's extensions are replaced twice")
        try require(
            !types.contains(.reInit) || types.count == 1, "CHK-PROPOSALS-06", "12.2",
            "ReInit is combined with other proposals")
        try require(
            !types.contains(.externalInit), "CHK-PROPOSALS-07", "12.2",
            "a member's commit contains an ExternalInit")
        try validatePreSharedKeys(founding: founding)
        for case .reInit(let reInit) in items.map(\.proposal) {
            try require(
                reInit.version >= protocolVersionMLS10, "CHK-PROPOSALS-15", "12.1.5",
                "ReInit downgrades to an older protocol version")
        }
        let extensions = newExtensions ?? group.context.extensions
        try require(
            !extensions.hasDuplicates, "CHK-PROPOSALS-10", "13.4", "the group would have an extension twice")
        try require(
            extensions.fit(.groupContext), "CHK-PROPOSALS-16", "17.3",
            "the group would have an extension that belongs elsewhere")
        _ = try Parallel.map(adds) {
            try $0.validate(
                groupExtensions: extensions, now: now, isSignatureVerified: hasVerifiedKeyPackages)
        }
        for (index, leaf) in updates {
            try require(
                leaf.source == .update, "CHK-PROPOSALS-11", "7.3", "leaf \(index) was not made for an Update")
            try require(
                leaf.encryptionKey != group.tree.leaf(at: index)?.encryptionKey, "CHK-PROPOSALS-12", "7.3",
                "leaf \(index) keeps its encryption key in an Update")
            try leaf.validate(groupID: group.groupID, at: index, groupExtensions: extensions, now: nil)
        }
        if newExtensions != nil { try validateRemainingMembers(group, extensions) }
    }

    func validatePreSharedKeys(founding: PreSharedKeyID.Usage? = nil) throws {
        try require(
            Set(preSharedKeys).count == preSharedKeys.count, "CHK-PROPOSALS-08", "12.2",
            "a pre-shared key is named twice")
        for id in preSharedKeys {
            try require(
                id.nonce.count == CipherSuite.hashLengthBytes, "CHK-PROPOSALS-09", "12.1.4",
                "a pre-shared key's nonce has the wrong length")
            if case .resumption(let usage, _, _) = id.key {
                try require(
                    usage == .application || usage == founding, "CHK-PROPOSALS-14", "12.1.4",
                    "a resumption key with a usage other than application is proposed")
            }
        }
    }

    /// Checks that the remaining members support the new extensions (§12.1.7).
    private func validateRemainingMembers(_ group: Group, _ extensions: [Extension]) throws {
        let required = try extensions.first(.requiredCapabilities).map {
            try RequiredCapabilities(decoding: $0.data)
        }
        let leaving = Set(removals + updates.map(\.index))
        for (index, leaf) in group.members where !leaving.contains(index) {
            try require(
                extensions.allSatisfy { leaf.capabilities.supports($0.type) }
                    && required.map(leaf.capabilities.satisfies) ?? true, "CHK-PROPOSALS-13", "12.1.7",
                "leaf \(index) does not support the new extensions")
        }
    }

    /// Applies the proposals to a tree in the order given in §12.3.
    ///
    /// - Returns: the leaves of the added members.
    func apply(to tree: inout RatchetTree) -> [LeafIndex] {
        for (index, leaf) in updates { tree.update(leaf, at: index) }
        for index in removals { tree.remove(at: index) }
        return adds.map { tree.add($0.leafNode) }
    }
}
