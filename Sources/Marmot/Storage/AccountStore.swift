/// Where an account's state lives. A save has happened for good when it returns.
package protocol AccountStore: Sendable {
    func loadKeyPackages() throws -> [OwnKeyPackage]
    func loadGroups() throws -> [MarmotGroup]
    func save(_ keyPackages: [OwnKeyPackage]) throws
    func save(_ group: MarmotGroup) throws
    /// Keeps what one message changed in a group that was saved before.
    ///
    /// - Parameter group: as it is with the message.
    func append(_ record: MessageRecord, to group: MarmotGroup) throws
}

extension AccountStore {
    package func append(_ record: MessageRecord, to group: MarmotGroup) throws { try save(group) }
}

/// Keeps nothing beyond the process: for mock agents, whose identities die with them.
package struct NoAccountStore: AccountStore {
    package init() {}
    package func loadKeyPackages() -> [OwnKeyPackage] { [] }
    package func loadGroups() -> [MarmotGroup] { [] }
    package func save(_ keyPackages: [OwnKeyPackage]) {}
    package func save(_ group: MarmotGroup) {}
}
