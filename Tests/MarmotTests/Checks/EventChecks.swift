import Cryptography
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("Refused group events and messages — audit B, AE, AB")
struct EventChecks {
    private let forge = MarmotForge()

    private func words(_ text: String = "hello") -> Rumor {
        Rumor(
            author: TestKeys.bob.publicKey, createdAt: forge.time.now, kind: .chatMessage, content: text)
    }

    @Test("are refused by the rule that is for them")
    func envelopes() async throws {
        var (alice, bob, _) = try await forge.views()
        let honest = try bob.encrypt(words(), now: forge.time.now, random: forge.random).event
        func expect(_ id: String, _ change: (inout Rumor) -> Void) throws {
            var rumor = honest.rumor
            change(&rumor)
            rumor.author = TestKeys.make(9).publicKey
            forge.expectRefused(
                id, try rumor.signed(by: TestKeys.make(9), random: SeededRandom(id)), by: alice)
        }
        let group = alice.nostrGroupIDHex
        try expect("MAR-EVENT-01") { $0.kind = .chatMessage }
        try expect("MAR-EVENT-02") { $0.tags.append(Nostr.Tag("h", group)) }
        try expect("MAR-EVENT-02") { $0.tags = [] }
        try expect("MAR-EVENT-03") { $0.replace("h", String(repeating: "0", count: 64)) }
        try expect("MAR-EVENT-03") { $0.replace("h", String(group.dropLast(2))) }
        try expect("MAR-EVENT-04") {
            $0.content = String(repeating: "A", count: Marmot.contentLimitBytes + 1)
        }
        try expect("MAR-EVENT-05") {
            $0.tags.append(Nostr.Tag("x", String(repeating: "x", count: Marmot.tagsLimitBytes)))
        }
        try expect("MAR-EVENT-06") { $0.createdAt -= Marmot.groupEventMaximumAgeSeconds + 1 }
        try expect("MAR-EVENT-07") { $0.createdAt += Marmot.groupEventMaximumSkewSeconds + 1 }
        try expect("MAR-EVENT-08") { $0.content = "?" }
        // Exactly at the limits it is accepted, and so is any letter case of the id.
        var edge = honest.rumor
        edge.createdAt += Marmot.groupEventMaximumSkewSeconds
        edge.replace("h", group.uppercased())
        edge.author = TestKeys.make(9).publicKey
        let event = try edge.signed(by: TestKeys.make(9), random: forge.random)
        #expect(
            try alice.receive(event, now: forge.time.now)
                == .message(words(), from: TestKeys.bob.publicKey))
    }

    @Test("messages: too long, no rumor, in another member's name")
    func messages() async throws {
        let (alice, bob, _) = try await forge.views()
        func expect(_ id: String, _ data: [UInt8]) throws {
            var view = bob
            let message = try view.mls.protect(data, random: forge.random)
            forge.expectRefused(id, try forge.event(message, from: bob), by: alice)
        }
        try expect("MAR-MESSAGE-01", [UInt8](repeating: 0x20, count: Marmot.rumorLimitBytes + 1))
        try expect("MAR-MESSAGE-02", Array("not a rumor".utf8))
        try expect("MAR-MESSAGE-02", Array(words().json.dropLast()))
        let text = String(decoding: words().json, as: UTF8.self)
        for (part, other) in [("\"kind\":9", "\"kind\":65536"), ("\"created_at\":", "\"created_at\":-")] {
            try expect("MAR-MESSAGE-02", Array(text.replacing(part, with: other).utf8))
        }
        var named = words()
        named.author = TestKeys.alice.publicKey
        // The key twice: whichever is used, it must be the sender.
        let both = String(decoding: named.json, as: UTF8.self).replacing(
            "\"pubkey\"", with: "\"pubkey\":\"\(TestKeys.carol.publicKey.hex)\",\"pubkey\"")
        try expect("MAR-MESSAGE-03", Array(both.utf8))
        var forged = words()
        forged.author = TestKeys.alice.publicKey
        try expect("MAR-MESSAGE-03", forged.json)
        forged.author = TestKeys.carol.publicKey
        try expect("MAR-MESSAGE-03", forged.json)
    }

    @Test("the id in a message is not believed, but computed")
    func computedID() async throws {
        var (alice, bob, _) = try await forge.views()
        let json = String(decoding: words().json, as: UTF8.self)
            .replacing(words().id.hex, with: String(repeating: "1", count: 64))
        let message = try bob.mls.protect(Array(json.utf8), random: forge.random)
        guard
            case .message(let rumor, _) = try alice.receive(
                forge.event(message, from: bob), now: forge.time.now)
        else {
            Issue.record("it was not read")
            return
        }
        #expect(rumor.id == words().id)
    }

    @Test("proposals that nobody may commit, or that no Marmot client sends")
    func proposals() async throws {
        let (alice, bob, carol) = try await forge.views()
        func propose(_ proposal: Proposal, by member: MarmotGroup) throws -> Nostr.Event {
            var view = member
            return try forge.event(view.mls.propose(proposal, random: forge.random), from: member)
        }
        let dave = try KeyPackageBundle.make(
            credential: AccountCredential.make(TestKeys.make(7).publicKey),
            capabilities: Marmot.capabilities, lifetime: Marmot.lifetime(now: forge.time.now),
            random: forge.random)
        forge.expectRefused("MAR-PROPOSAL-01", try forge.event(bob.mls.wish(of: dave), from: bob), by: alice)
        for leaving in [Proposal.selfRemove, .remove(LeafIndex(1))] {
            forge.expectRefused("MAR-PROPOSAL-02", try propose(leaving, by: bob), by: alice)
        }
        let extensions = forge.extensions(of: carol) { $0.name = "x" }
        forge.expectRefused(
            "MAR-PROPOSAL-04", try propose(.groupContextExtensions(extensions), by: carol), by: alice)
        // Any member may propose (audit I); only committing is for admins.
        var (view, member) = (alice, carol)
        let removal = try forge.event(
            member.mls.propose(.remove(LeafIndex(1)), random: forge.random), from: carol)
        #expect(
            try view.receive(removal, now: forge.time.now)
                == .proposal("remove", from: TestKeys.carol.publicKey))
        var last: Nostr.Event?
        for number in 1...MarmotGroup.pendingProposalLimit {
            let package = try forge.keyPackage([UInt8](repeating: UInt8(number), count: 32))
            let event = try forge.event(
                member.mls.propose(.add(package), random: SeededRandom("\(number)")), from: carol)
            if number < MarmotGroup.pendingProposalLimit {
                _ = try view.receive(event, now: forge.time.now)
            } else {
                last = event
            }
        }
        forge.expectRefused("MAR-PROPOSAL-05", try #require(last), by: view)
    }

    @Test("a SelfRemove where a member does not support it; a proposal from outside")
    func otherProposals() async throws {
        let carolOnly = try await forge.views()
        var (alice, carol) = (carolOnly.alice, carolOnly.carol)
        var capabilities = Marmot.capabilities
        capabilities.proposals = []
        // Nobody requires SelfRemove any more, and then Bob's new leaf does not list it.
        let extensions = carolOnly.bob.mls.context.extensions.map {
            $0.type == .requiredCapabilities
                ? Extension(
                    type: .requiredCapabilities,
                    data: RequiredCapabilities(extensions: [.marmotGroupData]).encoded) : $0
        }
        let first = try carolOnly.bob.mls.commit(
            inline: [.groupContextExtensions(extensions)], capabilities: capabilities,
            now: UInt64(forge.time.now), random: forge.random)
        let event = try forge.event(first.message, from: carolOnly.bob)
        for view in [alice, carol] {
            var view = view
            #expect(
                try view.receive(event, now: forge.time.now) == .epochChanged(2, by: TestKeys.bob.publicKey))
            if view.mls.ownLeaf == alice.mls.ownLeaf { alice = view } else { carol = view }
        }
        var leaving = carol
        let proposal = try forge.event(leaving.mls.proposePublicly(.selfRemove), from: carol)
        forge.expectRefused("MAR-PROPOSAL-03", proposal, by: alice)
    }
}
