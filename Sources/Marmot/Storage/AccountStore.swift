/// Persistent storage for an account's state. Once a save returns, it is durable.
package protocol AccountStore: Sendable {
    func loadKeyPackages() throws -> [OwnKeyPackage]
    func loadGroups() throws -> [MarmotGroup]
    func save(_ keyPackages: [OwnKeyPackage]) throws
    func save(_ group: MarmotGroup) throws
    /// Stores what changed in a group that has been saved before.
    ///
    /// - Parameter group: the group after the change.
    func append(_ record: GroupRecord, to group: MarmotGroup) throws
}

extension AccountStore {
    package func append(_ record: GroupRecord, to group: MarmotGroup) throws { try save(group) }
}

/// Stores nothing. Meant for mock agents, whose identities do not outlive the process.
package struct NoAccountStore: AccountStore {
    package init() {}
    package func loadKeyPackages() -> [OwnKeyPackage] { [] }
    package func loadGroups() -> [MarmotGroup] { [] }
    package func save(_ keyPackages: [OwnKeyPackage]) {}
    package func save(_ group: MarmotGroup) {}
}
