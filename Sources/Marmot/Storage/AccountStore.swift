/// Where an account's state lives. A save has happened for good when it returns.
package protocol AccountStore: Sendable {
    func loadKeyPackages() throws -> [OwnKeyPackage]
    func loadGroups() throws -> [MarmotGroup]
    func save(_ keyPackages: [OwnKeyPackage]) throws
    func save(_ group: MarmotGroup) throws
}

/// Keeps nothing beyond the process: for mock agents, whose identities die with them.
package struct NoAccountStore: AccountStore {
    package init() {}
    package func loadKeyPackages() -> [OwnKeyPackage] { [] }
    package func loadGroups() -> [MarmotGroup] { [] }
    package func save(_ keyPackages: [OwnKeyPackage]) {}
    package func save(_ group: MarmotGroup) {}
}
