import Cryptography
import Foundation
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("RecordLog — messages since a group's file was written")
struct RecordLogTests {
    private let aliceDirectory = TemporaryDirectory()
    private let bobDirectory = TemporaryDirectory()
    private let relays = MarmotGroupTests.relays

    private func client(_ directory: TemporaryDirectory) throws -> MarmotClient {
        try MarmotClient(
            key: directory.path == aliceDirectory.path ? TestKeys.alice : TestKeys.bob,
            store: FileAccountStore(directory: directory.path), random: SystemRandom(),
            now: { 1_800_000_000 })
    }

    private func pair() async throws -> (alice: MarmotClient, bob: MarmotClient, group: [UInt8]) {
        let (alice, bob) = (try client(aliceDirectory), try client(bobDirectory))
        let invitee = try KeyPackageEvent(try await bob.makeKeyPackage(relays: relays)[0], now: 1_800_000_000)
        let (group, welcomes) = try await alice.createGroup(
            inviting: [invitee], name: "g", description: "", relays: relays,
            admins: [alice.publicKey, bob.publicKey])
        _ = try await bob.accept(wrap: alice.wrap(welcomes[0]))
        return (alice, bob, group.id)
    }

    private func logPath(_ directory: TemporaryDirectory) throws -> String {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        return directory.file(try #require(names.first { $0.hasSuffix(".log") }))
    }

    @Test("after a restart at any point both sides are where they were")
    func replay() async throws {
        var (alice, bob, group) = try await pair()
        var late: [Event] = []
        for number in 0..<30 {
            let (question, _) = try await alice.encrypt("q\(number)", in: group)
            // Every third comes late, out of order, over the next restarts.
            if number % 3 == 0 { late.append(question) } else { _ = try await bob.receive(question) }
            let (answer, _) = try await bob.encrypt("a\(number)", in: group)
            _ = try await alice.receive(answer)
            if number == 15 {
                let commit = try await alice.prepare(.updateKeys, in: group)
                _ = try await alice.confirm(commit.event.id, in: group)
                _ = try await bob.receive(commit.event)
            }
            if number % 4 == 1 {
                let (before, other) = (await alice.group(group), await bob.group(group))
                (alice, bob) = (try client(aliceDirectory), try client(bobDirectory))
                #expect(await alice.group(group) == before, "after \(number)")
                #expect(await bob.group(group) == other, "after \(number)")
            }
        }
        for event in late {
            guard case .success(.message)? = try await bob.receive(event).first?.result else {
                Issue.record("a late message was not read")
                return
            }
        }
        bob = try client(bobDirectory)
        for event in late {
            guard case .success(.duplicate)? = try await bob.receive(event).first?.result else {
                Issue.record("read twice")
                return
            }
        }
    }

    @Test("an unfinished last record never happened; anything else that is wrong is named and left alone")
    func damage() async throws {
        let (alice, _, group) = try await pair()
        for number in 0..<3 { _ = try await alice.encrypt("\(number)", in: group) }
        let path = try logPath(aliceDirectory)
        let whole = try #require(try AtomicFile.read(path))
        _ = try await alice.encrypt("the last", in: group)
        let longer = try #require(try AtomicFile.read(path))
        for cut in whole.count..<longer.count {
            try AtomicFile.write(Array(longer.prefix(cut)), to: path)
            #expect(
                try await client(aliceDirectory).group(group)?.mls.nextOwnGeneration == 3, "cut at \(cut)")
        }
        // Behind it goes on where the whole records end.
        let again = try client(aliceDirectory)
        _ = try await again.encrypt("another", in: group)
        #expect(try await client(aliceDirectory).group(group) == again.group(group))

        for index in stride(from: 0, to: longer.count, by: 3) {
            var changed = longer
            changed[index] ^= 0x40
            try AtomicFile.write(changed, to: path)
            #expect { try client(aliceDirectory) } throws: { error in
                (error as? FileError)?.path.hasSuffix(".log") ?? false
            }
            #expect(try AtomicFile.read(path) == changed)
        }
    }

    @Test("nothing of an unfinished record stays behind a shorter one")
    func tornAndShorter() async throws {
        let (alice, _, group) = try await pair()
        let commit = try await alice.prepare(.updateKeys, in: group)
        _ = try await alice.confirm(commit.event.id, in: group)
        // From now on a record has the message, in case its epoch is undone.
        _ = try await alice.encrypt("whole", in: group)
        _ = try await alice.encrypt(String(repeating: "long ", count: 500), in: group)
        let path = try logPath(aliceDirectory)
        let whole = try #require(try AtomicFile.read(path))
        try AtomicFile.write(Array(whole.dropLast()), to: path)
        let again = try client(aliceDirectory)
        _ = try await again.encrypt("short", in: group)
        #expect(try await client(aliceDirectory).group(group) == again.group(group))
    }

    @Test("the log of an older file is out of date")
    func outOfDate() async throws {
        let (alice, bob, group) = try await pair()
        _ = try await alice.encrypt("before", in: group)
        let path = try logPath(aliceDirectory)
        let old = try #require(try AtomicFile.read(path))
        let commit = try await alice.prepare(.updateKeys, in: group)
        _ = try await alice.confirm(commit.event.id, in: group)
        _ = try await bob.receive(commit.event)
        #expect(try AtomicFile.read(path) == old)
        let again = try client(aliceDirectory)
        #expect(await again.group(group) == alice.group(group))
        let (event, _) = try await again.encrypt("after", in: group)
        guard case .success(.message)? = try await bob.receive(event).first?.result else {
            Issue.record("not read")
            return
        }
        #expect(try await client(aliceDirectory).group(group) == again.group(group))
    }

    @Test("a full log is folded into a new file")
    func limit() async throws {
        let (alice, _, group) = try await pair()
        for number in 0...RecordLog.recordLimit { _ = try await alice.encrypt("\(number)", in: group) }
        let again = try client(aliceDirectory)
        #expect(await again.group(group) == alice.group(group))
        #expect(await again.group(group)?.mls.nextOwnGeneration == UInt32(RecordLog.recordLimit) + 1)
    }
}
