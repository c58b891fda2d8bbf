import Vocabulary
import Marmot
import Nostr

extension AgentSession {
    package static let defaultGroupName = "Agent Chat"

    /// Creates the group, delivers the Welcome, listens for replies, and tells the provider.
    package func createGroup(name: String?, description: String = "") async throws -> MarmotGroup {
        let keyPackage = try state.requireKeyPackage("group create")
        let name = name ?? Self.defaultGroupName
        let client = environment.client
        let (group, welcomes) = try await client.createGroup(
            inviting: [keyPackage], name: name, description: description, relays: environment.pool.relays,
            admins: [client.publicKey, keyPackage.account])
        // Listening first: the agent may answer the moment it has joined.
        await listen(to: group, isNew: true)
        for welcome in welcomes {
            let wrap = try client.wrap(welcome)
            let relay = try await environment.pool.publish(wrap, within: environment.limits.publish)
            try await client.delivered(welcome, of: group.id)
            emit(.welcomeDelivered(relay: relay.text))
            if let agent = state.agent, let provider {
                try await provider.welcomeDelivered(
                    DeliveredWelcome(
                        nostrGroupID: group.nostrGroupIDHex, wrapID: wrap.id,
                        rumorJSON: String(decoding: welcome.rumor.json, as: UTF8.self)), to: agent)
            }
        }
        state.created(group: group.id, name: name)
        emit(.groupCreated(name: name, members: group.members.count))
        return group
    }
}
