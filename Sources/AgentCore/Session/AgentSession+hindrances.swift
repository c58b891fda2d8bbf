import Marmot
import Vocabulary

/// Why an answer may not come, although the agent runs.
extension AgentSession {
    package func hindrances() async -> [String] {
        guard let id = state.groupID, let group = await environment.client.group(id) else { return [] }
        var hindrances: [String] = []
        if let obstacle = group.obstacle { hindrances.append("\(obstacle): see `group renew`") }
        let waiting = group.inbox.waiting.count
        if waiting > 0 {
            hindrances.append(
                "\(waiting == 1 ? "1 event" : "\(waiting) events") of the group cannot be read: that is junk, or a change of the group is missing here, and then the agent cannot read us either (the epoch, which `group state` tells, must be the others'; `group renew group=new` goes on in a new group)"
            )
        }
        for message in unechoed.values {
            hindrances.append(
                "\(message.relay) confirmed \"\(message.text.cut(to: 60))\", but no relay has delivered it yet"
            )
        }
        if let silence = silenceSinceWelcome { hindrances.append(silence) }
        return hindrances
    }

    /// What comes next, for hints: `group renew` where nothing can be said any more.
    package func nextCommand() async -> String {
        guard let id = state.groupID, let group = await environment.client.group(id), group.obstacle != nil
        else { return state.nextCommand }
        return "group renew"
    }
}
