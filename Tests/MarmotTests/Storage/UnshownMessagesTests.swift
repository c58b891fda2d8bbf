import Cryptography
import Foundation
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("messages that were received and not shown")
struct UnshownMessagesTests {
    private let directory = TemporaryDirectory()

    private func client(_ key: Secp256k1SecretKey, _ store: any AccountStore) throws -> MarmotClient {
        try MarmotClient(key: key, store: store, random: SystemRandom(), now: { 1_800_000_000 })
    }

    /// Bob, as his files are: after a crash, that is.
    private func bob() throws -> MarmotClient {
        try client(TestKeys.bob, FileAccountStore(directory: directory.path))
    }

    private func pair() async throws -> (alice: MarmotClient, bob: MarmotClient, group: [UInt8]) {
        let alice = try client(TestKeys.alice, NoAccountStore())
        let bob = try bob()
        let relay = try RelayURL("ws://127.0.0.1:1")
        let offer = try KeyPackageEvent(
            try await bob.makeKeyPackage(relays: [relay])[0], now: 1_800_000_000)
        let (group, welcomes) = try await alice.createGroup(
            inviting: [offer], name: "g", description: "", relays: [relay], admins: [alice.publicKey])
        _ = try await bob.accept(wrap: alice.wrap(welcomes[0]))
        return (alice, bob, group.id)
    }

    @Test("each is there after a crash at any moment, until it was shown, and not after that")
    func crashes() async throws {
        var (alice, bob, group) = try await pair()
        var expected: [EventID] = []
        for number in 0..<12 {
            let (event, rumor) = try await alice.encrypt("\(number)", in: group)
            _ = try await bob.receive(event)
            expected.append(rumor.id)
            if number == 5 {
                // Written with the group's whole state, too.
                let commit = try await alice.prepare(.updateKeys, in: group)
                _ = try await alice.confirm(commit.event.id, in: group)
                _ = try await bob.receive(commit.event)
            }
            if number % 3 == 2 { bob = try self.bob() }
            #expect(await bob.unshown(in: group).map(\.id) == expected, "after \(number)")
            if number % 4 == 3 {
                let first = expected.removeFirst()
                try await bob.showed([first], in: group)
                try await bob.saveShown(in: group)
                #expect(try await self.bob().unshown(in: group).map(\.id) == expected)
            }
        }
    }

    @Test("what was shown is stored with the next change of the group, by `saveShown`, or once it is much")
    func storing() async throws {
        let (alice, bob, group) = try await pair()
        func stored() async throws -> [String] { try await self.bob().unshown(in: group).map(\.content) }
        func hear(_ text: String) async throws -> EventID {
            let (event, rumor) = try await alice.encrypt(text, in: group)
            _ = try await bob.receive(event)
            return rumor.id
        }
        try await bob.showed([try await hear("a")], in: group)
        #expect(try await stored() == ["a"])
        let commit = try await alice.prepare(.updateKeys, in: group)
        _ = try await alice.confirm(commit.event.id, in: group)
        _ = try await bob.receive(commit.event)
        #expect(try await stored() == [])

        for number in 0..<256 {
            let id = try await hear("\(number)")
            if number == 200 { #expect(try await stored().count == 201) }
            try await bob.showed([id], in: group)
        }
        #expect(try await stored() == [])
        try await bob.saveShown(in: group)
        #expect(try await self.bob().group(group) == bob.group(group))
    }

    @Test("a group stored before there was such a list is read")
    func olderFormat() async throws {
        let (alice, _, group) = try await pair()
        let state = try #require(await alice.group(group))
        // Format 4 has appended three absent or empty members.
        #expect(try MarmotGroup(decoding: Array(state.encoded.dropLast(3))) == state)
        #expect(try MarmotGroup(decoding: Array(state.encoded.dropLast(4))) == state)
    }

    @Test("a record of either kind survives storage, and one cut short does not")
    func records() async throws {
        let (alice, bob, id) = try await pair()
        _ = bob
        var group = try #require(await alice.group(id))
        let rumor = Rumor(author: TestKeys.alice.publicKey, createdAt: 1, kind: .chatMessage, content: "x")
        let message = try group.encrypt(rumor, now: 1_800_000_000, random: SystemRandom()).record
        for record in [GroupRecord.message(message), .shown([rumor.id]), .shown([])] {
            #expect(try GroupRecord(decoding: record.encoded) == record)
            for cut in 0..<record.encoded.count {
                #expect(throws: TLSDecodingError.self) {
                    try GroupRecord(decoding: Array(record.encoded.prefix(cut)))
                }
            }
        }
    }
}
