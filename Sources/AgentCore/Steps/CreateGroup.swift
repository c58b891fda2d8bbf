import Vocabulary
import Marmot
import Nostr

extension AgentSession {
    package static let defaultGroupName = "Agent Chat"

    /// An account whose key package is known already takes the place of whoever the session was about.
    package func begin(with keyPackage: KeyPackageEvent) {
        state.began(with: .attached(keyPackage.account))
        state.found(keyPackage)
    }

    /// Creates the group, delivers the Welcome, listens for replies, and tells the provider.
    package func createGroup(name: String?, description: String = "") async throws -> MarmotGroup {
        let keyPackage = try state.requireKeyPackage("group create")
        let name = name ?? Self.defaultGroupName
        let client = environment.client
        let (group, welcomes) = try await group(named: name, description, for: keyPackage)
        // Listening first: the agent may answer the moment it has joined.
        await listen(to: group, isNew: true)
        do {
            for welcome in welcomes { try await deliver(welcome, into: group) }
        } catch {
            // The group that was in use stays in use.
            if let old = state.groupID, let group = await client.group(old) {
                await listen(to: group)
            } else {
                await stopListening()
            }
            throw error
        }
        state.created(group: group.id, name: name)
        emit(.groupCreated(name: name, members: group.members.count))
        return group
    }

    /// A new one, or the one whose Welcome was refused when the same was asked for before: it is completed, never doubled.
    private func group(named name: String, _ description: String, for keyPackage: KeyPackageEvent)
        async throws
        -> (MarmotGroup, [OutgoingWelcome])
    {
        let client = environment.client
        if let unfinished = await client.unfinishedGroup(for: keyPackage, name: name) {
            return (unfinished, await client.undeliveredWelcomes(of: unfinished.id))
        }
        return try await client.createGroup(
            inviting: [keyPackage], name: name, description: description, relays: environment.pool.relays,
            admins: [client.publicKey, keyPackage.account])
    }

    func deliver(_ welcome: OutgoingWelcome, into group: MarmotGroup) async throws {
        let wrap = try environment.client.wrap(welcome)
        let relay = try await environment.pool.publish(wrap, within: environment.limits.publish)
        sentWelcome = SentWelcome(
            welcome: welcome, group: group.id, relay: relay, wrap: wrap.id, time: environment.now())
        try await environment.client.delivered(welcome, of: group.id)
        emit(.welcomeDelivered(relay: relay.text))
        guard let agent = state.agent, let provider else { return }
        try await provider.welcomeDelivered(
            DeliveredWelcome(
                nostrGroupID: group.nostrGroupIDHex, wrapID: wrap.id,
                rumorJSON: String(decoding: welcome.rumor.json, as: UTF8.self)), to: agent)
    }
}
