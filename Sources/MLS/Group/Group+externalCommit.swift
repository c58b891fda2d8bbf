import Cryptography

extension Group {
    /// Checks a commit by which its sender joins the group (§12.4.3.2), and computes the epoch that it
    /// starts.
    func stageExternal(
        _ commit: Commit, _ authenticated: AuthenticatedContent, _ preSharedKeys: PreSharedKeyLookup
    ) throws -> StagedCommit {
        guard let path = commit.path else {
            throw MLSError.violated(
                MLSCheck("CHK-EXTERNAL-05", "12.4.3.2", "an external commit is not a commit, or has no path"))
        }
        let items = try commit.proposals.map { item in
            guard case .proposal(let proposal) = item else {
                throw MLSError.violated(
                    MLSCheck(
                        "CHK-EXTERNAL-06", "12.4.3.2", "an external commit contains a proposal by reference"))
            }
            return ProposalList.Item(proposal: proposal, sender: .newMemberCommit)
        }
        let list = try ProposalList(validatingExternal: items, path: path, group: self)
        // The joiner replaces our leaf, which removes us from the group like any other Remove.
        if list.removals.contains(ownLeaf) {
            return StagedCommit(
                committer: ownLeaf, proposals: list, group: nil, newLeaf: path.leafNode, isExternal: true)
        }
        var next = self
        _ = list.apply(to: &next.tree)
        next.context.epoch = try Self.epoch(after: epoch)
        let joiner = next.tree.add(path.leafNode)
        let commitSecret = try next.applyPath(path, from: joiner, newLeaves: [], before: tree)
        return try finish(
            next, authenticated, list, committer: joiner, newLeaf: path.leafNode, isExternal: true,
            initSecret: try externalInitSecret(list), commitSecret: commitSecret, preSharedKeys)
    }

    /// The init secret that the joiner encapsulated to `external_pub` (§8.3).
    private func externalInitSecret(_ list: ProposalList) throws -> SecretBytes {
        let output = list.items.lazy.compactMap { item -> [UInt8]? in
            if case .externalInit(let output) = item.proposal { output } else { nil }
        }.first
        guard let output else { throw MLSError.undecryptable }
        do {
            return try HPKE.export(
                encapsulatedKey: output, with: HPKE.derivePrivateKey(from: secrets.external), info: [],
                exporterContext: Array("MLS 1.0 external init secret".utf8),
                length: CipherSuite.hashLengthBytes)
        } catch {
            throw MLSError.undecryptable
        }
    }
}

extension ProposalList {
    /// Checks the proposals of an external commit (§12.2): exactly one ExternalInit, at most one Remove of
    /// the joiner's old leaf, and pre-shared keys.
    init(validatingExternal items: [Item], path: UpdatePath, group: Group) throws {
        self.init(unchecked: items)
        let types = items.map(\.proposal.type)
        try require(
            types.filter { $0 == .externalInit }.count == 1, "CHK-EXTERNAL-07", "12.2",
            "an external commit does not contain exactly one ExternalInit")
        try require(
            types.filter { $0 == .remove }.count <= 1, "CHK-EXTERNAL-08", "12.2",
            "an external commit removes more than one member")
        try require(
            types.allSatisfy { [.externalInit, .remove, .preSharedKey].contains($0) }, "CHK-EXTERNAL-09",
            "12.2", "an external commit contains a proposal of a forbidden type")
        if let index = removals.first {
            guard let old = group.tree.leaf(at: index) else {
                throw MLSError.violated(
                    MLSCheck("CHK-PROPOSALS-04", "12.1.3", "leaf \(index) is not a member"))
            }
            try require(
                old.credential == path.leafNode.credential
                    && old.encryptionKey != path.leafNode.encryptionKey,
                "CHK-EXTERNAL-10", "12.2", "an external commit removes somebody other than the joiner")
        }
        try validatePreSharedKeys()
    }
}
