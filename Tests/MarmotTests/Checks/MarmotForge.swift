import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

extension MarmotError {
    /// The rule that was broken.
    var check: MarmotCheck? {
        switch self {
        case .keyPackageRejected(_, let check), .welcomeRejected(let check), .invalidGroupData(let check),
            .groupEventRejected(let check), .ruleViolated(let check), .partedWays(_, let check):
            check
        case .undecryptable, .notPossible, .inactive, .mustNotSend: nil
        }
    }
}

/// Expects that `body` breaks exactly the rule with this id.
func expectBroken(
    _ id: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    do {
        try body()
        Issue.record("\(id): nothing was refused", sourceLocation: sourceLocation)
    } catch {
        let found = (error as? MarmotError)?.check?.id
        #expect(found == id, "\(error)", sourceLocation: sourceLocation)
    }
}

/// What no honest client sends: encrypted and signed as it must be, one thing wrong in it.
struct MarmotForge: GroupScene {
    let time = SceneTime()
    let random = SeededRandom("forge")

    /// The group as each of the three sees it.
    func views() async throws -> (alice: MarmotGroup, bob: MarmotGroup, carol: MarmotGroup) {
        let trio = try await trio()
        return (
            try #require(await trio.alice.client.group(trio.group)),
            try #require(await trio.bob.client.group(trio.group)),
            try #require(await trio.carol.client.group(trio.group))
        )
    }

    /// An event of the group with any MLS message.
    func event(_ message: MLSMessage, from group: MarmotGroup) throws -> Nostr.Event {
        try GroupEvent.seal(
            message.encoded, for: group.mls, nostrGroupID: group.data.nostrGroupID, dialect: group.dialect,
            now: time.now, random: random)
    }

    /// A commit of any proposals by the member whose view this is.
    func commit(
        _ proposals: [Proposal] = [], references: [[UInt8]] = [], by group: MarmotGroup
    ) throws -> Nostr.Event {
        try event(
            group.mls.commit(
                inline: proposals, references: references, now: UInt64(time.now), random: random
            ).message, from: group)
    }

    /// The group's extensions with other group data.
    func extensions(of group: MarmotGroup, _ change: (inout GroupData) -> Void) -> [Extension] {
        var data = group.data
        change(&data)
        return group.mls.context.extensions.map { $0.type == .marmotGroupData ? data.asExtension : $0 }
    }

    /// A key package of an account whose name is `identity`.
    func keyPackage(_ identity: [UInt8]) throws -> KeyPackage {
        try KeyPackageBundle.make(
            credential: .basic(identity: identity), capabilities: Marmot.capabilities,
            lifetime: Marmot.lifetime(now: time.now), extensions: [Extension(type: .lastResort, data: [])],
            random: random
        ).keyPackage
    }

    /// What the group says when it receives the event; nothing but the event's being remembered may change.
    func expectRefused(
        _ id: String, _ event: Nostr.Event, by group: MarmotGroup,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var after = group
        expectBroken(id, sourceLocation: sourceLocation) {
            _ = try after.receive(event, now: time.now)
        }
        #expect(after.mls == group.mls && after.data == group.data, sourceLocation: sourceLocation)
    }
}
