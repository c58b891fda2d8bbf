import MLS
import Nostr

/// What shows that this state is a copy of another one that has gone on.
extension MarmotGroup {
    /// Handles a message of our own leaf that is not remembered here. Who only pretends to be us cannot sign for us.
    mutating func receiveUnknownOwn(_ message: MLSMessage) throws -> GroupReception {
        guard mls.isOwn(message) else { return .duplicate }
        let isCommit = message.contentType == .commit && message.epoch == mls.epoch
        let found = isCommit ? Obstacle.overtakenByOurselves : .copied
        // The worse of the two stays.
        if obstacle == nil || obstacle == .copied { obstacle = found }
        // Even what may be sent now must not use its key once more.
        mls.skipOwnGeneration(of: message)
        return .blocked(found)
    }
}
