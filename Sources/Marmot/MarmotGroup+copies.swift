import MLS
import Nostr

/// What shows that this state is a copy of another one that has gone on.
extension MarmotGroup {
    /// Handles a message of our own leaf that is not remembered here. Who only pretends to be us cannot sign for us.
    mutating func receiveUnknownOwn(_ message: MLSMessage) throws -> GroupReception {
        guard mls.isOwn(message) else { return .duplicate }
        let isCommit = message.contentType == .commit && message.epoch == mls.epoch
        let found = isCommit ? Obstacle.overtakenByOurselves : .copied
        // The key of the commit that gives us fresh ones must not have been used either.
        let mattersStill = message.contentType != .application
        mls.skipOwnGeneration(of: message)
        // The worse of the two stays; what only says it once more is not told again.
        guard obstacle == nil || (obstacle == .copied && isCommit) else {
            return mattersStill ? .blocked(obstacle ?? found) : .duplicate
        }
        obstacle = found
        return .blocked(found)
    }
}
