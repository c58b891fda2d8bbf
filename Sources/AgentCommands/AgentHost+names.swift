import AgentCore
import Nostr
import Scripting

/// What a line about agents may name.
extension AgentHost {
    package func names() async -> [String: [LiveName]] {
        var names: [String: [LiveName]] = [:]
        for session in await sessions.all {
            let state = await session.state
            names["session", default: []].append(LiveName(session.name, state.shownPhase))
            if let origin = state.origin {
                names["npub", default: []].append(
                    LiveName(KeyText.npub(origin.publicKey), "agent of \(session.name)"))
            }
            if let agent = state.agent, state.isRunning {
                names["agent", default: []].append(LiveName(agent.id, "session \(session.name)"))
            }
        }
        for group in await workspace.environment.client.groups where group.isActive {
            names["group", default: []].append(LiveName(group.nostrGroupIDHex, group.shownName))
        }
        return names
    }
}
