import Cryptography
import TestSupport
import Testing

@testable import MLS

@Suite("Group — RFC 9420 §11, §12")
struct GroupTests {
    static let now: UInt64 = 1_800_000_000
    static let lifetime = Lifetime(notBefore: now - 3600, notAfter: now + 3600)

    struct Client {
        let name: String
        let random: SeededRandom

        init(_ name: String) {
            self.name = name
            random = SeededRandom(name)
        }

        var credential: Credential { .basic(identity: Array(name.utf8)) }

        func bundle(lifetime: Lifetime = GroupTests.lifetime) throws -> KeyPackageBundle {
            try .make(
                credential: credential, capabilities: Capabilities(), lifetime: lifetime, random: random)
        }

        func create() throws -> Group {
            try .create(
                groupID: Array("group".utf8), credential: credential, capabilities: Capabilities(),
                lifetime: GroupTests.lifetime, extensions: [], random: random)
        }
    }

    /// A group of `count` members, everyone joined from one Welcome.
    private func makeGroup(_ count: Int) throws -> [Group] {
        let alice = Client("alice")
        var owner = try alice.create()
        let bundles = try (1..<count).map { try Client("member \($0)").bundle() }
        let commit = try owner.commit(
            inline: bundles.map { .add($0.keyPackage) }, now: Self.now, random: alice.random)
        owner = commit.group
        let welcome = try #require(commit.welcome)
        let sent = try MLSMessage(decoding: MLSMessage.welcome(welcome).encoded)
        guard case .welcome(let received) = sent else { throw MLSError.unsupported("not a welcome") }
        return try [owner] + bundles.map { try Group.join(received, with: $0, now: Self.now).group }
    }

    private func text(_ received: ReceivedMessage) -> String? {
        if case .application(let message) = received {
            String(decoding: message.data, as: UTF8.self)
        } else {
            nil
        }
    }

    @Test("everyone reads everyone after one commit", arguments: [2, 3, 5, 8])
    func conversation(count: Int) throws {
        var groups = try makeGroup(count)
        let random = SeededRandom("chat")
        for sender in groups.indices {
            let message = try groups[sender].protect(Array("from \(sender)".utf8), random: random)
            for receiver in groups.indices where receiver != sender {
                #expect(text(try groups[receiver].process(message, now: Self.now)) == "from \(sender)")
            }
            #expect(throws: MLSError.ownMessage) { try groups[sender].process(message, now: Self.now) }
        }
    }

    @Test("members follow a key update, and messages of the past epoch stay readable")
    func update() throws {
        var groups = try makeGroup(4)
        let random = SeededRandom("update")
        let late = try groups[2].protect(Array("late".utf8), random: random)
        let commit = try groups[1].commit(rotatingSignatureKey: true, now: Self.now, random: random)
        groups[1] = commit.group
        for index in [0, 2, 3] {
            guard case .commit(let staged) = try groups[index].process(commit.message, now: Self.now) else {
                Issue.record("not a commit")
                return
            }
            groups[index] = try #require(staged.group)
            #expect(groups[index].secrets == groups[1].secrets)
        }
        #expect(text(try groups[0].process(late, now: Self.now)) == "late")
        #expect(throws: RatchetError.generationConsumed(0)) { try groups[0].process(late, now: Self.now) }
        let fresh = try groups[1].protect(Array("fresh".utf8), random: random)
        #expect(text(try groups[3].process(fresh, now: Self.now)) == "fresh")
    }

    @Test("a removed member learns it, the others go on, the tree shrinks")
    func removal() throws {
        var groups = try makeGroup(3)
        let random = SeededRandom("removal")
        let commit = try groups[0].commit(inline: [.remove(LeafIndex(2))], now: Self.now, random: random)
        groups[0] = commit.group
        guard case .commit(let gone) = try groups[2].process(commit.message, now: Self.now),
            case .commit(let stays) = try groups[1].process(commit.message, now: Self.now)
        else {
            Issue.record("not a commit")
            return
        }
        #expect(gone.group == nil)
        groups[1] = try #require(stays.group)
        #expect(groups[1].tree.leafCount == 2)
        let message = try groups[1].protect(Array("two".utf8), random: random)
        #expect(text(try groups[0].process(message, now: Self.now)) == "two")
    }

    @Test("a forged message changes nothing")
    func forged() throws {
        var groups = try makeGroup(2)
        let before = groups[1]
        guard case .privateMessage(var message) = try groups[0].protect([1, 2, 3], random: SeededRandom("f"))
        else {
            return
        }
        let last = message.ciphertext.count - 1
        message.ciphertext[last] ^= 1
        #expect(throws: MLSError.undecryptable) {
            try groups[1].process(.privateMessage(message), now: Self.now)
        }
        #expect(groups[1] == before)
        message.ciphertext[last] ^= 1
        _ = try groups[1].process(.privateMessage(message), now: Self.now)
    }

    @Test("an expired key package cannot be added")
    func expired() throws {
        let alice = Client("alice")
        let bundle = try Client("bob").bundle(lifetime: Lifetime(notBefore: 1, notAfter: 2))
        let group = try alice.create()
        #expect {
            try group.commit(inline: [.add(bundle.keyPackage)], now: Self.now, random: alice.random)
        } throws: { error in
            guard case .violated(let check)? = error as? MLSError else { return false }
            return check.id == "CHK-LEAF-09"
        }
    }

    @Test("a Welcome for someone else is refused, and so is one with a changed byte")
    func foreignWelcome() throws {
        let alice = Client("alice")
        let bob = try Client("bob").bundle()
        let carol = try Client("carol").bundle()
        let commit = try alice.create().commit(
            inline: [.add(bob.keyPackage)], now: Self.now, random: alice.random)
        var welcome = try #require(commit.welcome)
        #expect(throws: MLSError.notForUs) { try Group.join(welcome, with: carol, now: Self.now) }
        welcome.encryptedGroupInfo[4] ^= 1
        #expect(throws: MLSError.undecryptable) { try Group.join(welcome, with: bob, now: Self.now) }
    }

    @Test("the storage form brings back the same group")
    func storage() throws {
        for group in try makeGroup(3) { #expect(try Group(decoding: group.encoded) == group) }
    }
}
