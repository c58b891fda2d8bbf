import Vocabulary
import Cryptography
import Marmot
import Nostr

/// A step asked for before its time: what is missing, and which command brings it.
package struct SessionOrderError: Error, Equatable, CustomStringConvertible {
    package let step: String
    package let missing: String
    package let first: String

    package var description: String { "`\(step)` needs \(missing): run `\(first)` first" }
}

/// Where a session stands. Pure; `AgentSession` does what it allows.
package struct SessionState: Equatable, Sendable {
    /// Who started the agent.
    package enum Origin: Equatable, Sendable {
        case provisioned(ProvisionedAgent)
        case attached(XOnlyKey)

        package var publicKey: XOnlyKey {
            switch self {
            case .provisioned(let agent): agent.publicKey
            case .attached(let key): key
            }
        }
    }

    package private(set) var origin: Origin?
    package private(set) var keyPackage: KeyPackageEvent?
    /// MLS group id.
    package private(set) var groupID: [UInt8]?
    package private(set) var groupName: String?
    /// The agent runs somewhere and is ours to remove.
    package private(set) var isRunning = false

    package init() {}

    package var agent: ProvisionedAgent? {
        if case .provisioned(let agent)? = origin { agent } else { nil }
    }

    package var phase: String {
        if groupID != nil { return "chatting" }
        if keyPackage != nil { return "keypackage" }
        if origin != nil { return isRunning ? "running" : "attached" }
        return "empty"
    }

    /// For people: an agent that was torn down is no one to talk to.
    package var shownPhase: String { agent != nil && !isRunning ? "\(phase), agent removed" : phase }

    /// What comes next, for the prompt's hint.
    package var nextCommand: String {
        switch phase {
        case "empty": "spawn PROVIDER"
        case "running", "attached": "wait-keypackage"
        case "keypackage": "group create"
        default: "say TEXT"
        }
    }

    package func requireVacant(_ step: String) throws(SessionOrderError) {
        guard isRunning == false else {
            throw SessionOrderError(
                step: step, missing: "a session without a running agent (\(agent?.id ?? "") is running)",
                first: "teardown")
        }
    }

    package func requireOrigin(_ step: String) throws(SessionOrderError) -> Origin {
        guard let origin else {
            throw SessionOrderError(step: step, missing: "an agent", first: "spawn PROVIDER")
        }
        return origin
    }

    package func requireKeyPackage(_ step: String) throws(SessionOrderError) -> KeyPackageEvent {
        _ = try requireOrigin(step)
        guard let keyPackage else {
            throw SessionOrderError(step: step, missing: "the agent's key package", first: "wait-keypackage")
        }
        return keyPackage
    }

    package func requireGroup(_ step: String) throws(SessionOrderError) -> [UInt8] {
        guard let groupID else {
            _ = try requireKeyPackage(step)
            throw SessionOrderError(step: step, missing: "a group", first: "group create")
        }
        return groupID
    }

    package func requireRunning(_ step: String) throws(SessionOrderError) -> ProvisionedAgent {
        guard let agent, isRunning else {
            throw SessionOrderError(step: step, missing: "an agent that we started", first: "spawn PROVIDER")
        }
        return agent
    }

    package mutating func began(with origin: Origin) {
        self = SessionState()
        self.origin = origin
        if case .provisioned = origin { isRunning = true }
    }

    package mutating func found(_ keyPackage: KeyPackageEvent) { self.keyPackage = keyPackage }

    package mutating func created(group: [UInt8], name: String) {
        groupID = group
        groupName = name
    }

    /// Another group took the place of the one in use; the agent is the same.
    package mutating func replaced(group: [UInt8]) { groupID = group }

    /// A group that an earlier run left in the state directory; who started its agent is not known any more.
    package mutating func resumed(group: [UInt8], name: String) {
        self = SessionState()
        created(group: group, name: name)
    }

    package mutating func ended() { isRunning = false }
}

extension SessionOrderError: FailureConvertible {
    package var failure: Failure { Failure(.usage, description) }
}
