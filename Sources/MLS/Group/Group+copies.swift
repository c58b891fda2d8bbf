import Cryptography

/// Messages of our own that this state has not made: another copy of it has.
extension Group {
    /// Whether a message is signed with our key and encrypted with a key that is not used up here. Other members know these keys too, but
    /// they cannot sign for us.
    package func isOwn(_ message: MLSMessage) -> Bool {
        guard case .privateMessage(let message) = message, let found = ratchet(of: message),
            found.sender.leaf == ownLeaf
        else { return false }
        var tree = found.tree
        return
            (try? UnverifiedContent(
                message.unprotected(
                    sender: found.sender,
                    key: tree.key(of: ownLeaf, message.ratchetKind, generation: found.sender.generation))
            ).verified(context: found.context, signatureKey: found.signatureKey)) != nil
    }

    /// Uses up the key of such a message in the current epoch, and those before it.
    package mutating func skipOwnGeneration(of message: MLSMessage) {
        guard case .privateMessage(let message) = message, message.epoch == epoch,
            let sender = senderData(of: message), sender.leaf == ownLeaf
        else { return }
        // Where it was used up already, there is nothing to skip.
        _ = try? secretTree.key(of: ownLeaf, message.ratchetKind, generation: sender.generation)
    }

    private func ratchet(of message: PrivateMessage) -> (
        sender: SenderData, tree: SecretTree, context: GroupContext, signatureKey: [UInt8]?
    )? {
        guard message.groupID == groupID, let sender = senderData(of: message) else { return nil }
        if message.epoch == epoch {
            return (sender, secretTree, context, tree.leaf(at: ownLeaf)?.signatureKey)
        }
        return pastEpochs.first { $0.epoch == message.epoch }.map {
            (sender, $0.secretTree, $0.context, $0.senders[ownLeaf]?.signatureKey)
        }
    }
}

extension PrivateMessage {
    var ratchetKind: SecretTree.RatchetKind { contentType == .application ? .application : .handshake }
}
