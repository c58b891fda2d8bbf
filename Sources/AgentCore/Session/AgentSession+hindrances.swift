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
        if let says = await controlPlaneSays { hindrances.append(says) }
        if let silence = silenceSinceWelcome { hindrances.append(silence) }
        return hindrances
    }

    /// What the provider says of the agent; nil where nobody can be asked. An agent that is gone answers nobody.
    var controlPlaneSays: String? {
        get async {
            guard let state = await agentState(within: Self.askingLimit), let provider = providerName,
                let id = self.state.agent?.id
            else { return nil }
            return switch state {
            case .known(let words): "\(provider) says of \(id): \(words)"
            case .gone:
                "\(provider) does not know \(id) any more: it is gone; `teardown`, then spawn a new one"
            case .unasked, .unidentified: nil
            }
        }
    }

    /// A failure is told soon, whether the control plane answers or not.
    private static let askingLimit: Duration = .seconds(3)

    /// What comes next, for hints: `group renew` where nothing can be said any more.
    package func nextCommand() async -> String {
        guard let id = state.groupID, let group = await environment.client.group(id), group.obstacle != nil
        else { return state.nextCommand }
        return "group renew"
    }
}
