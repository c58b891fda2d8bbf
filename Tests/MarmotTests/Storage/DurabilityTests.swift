import Cryptography
import Foundation
import Nostr
import Synchronization
import TestSupport
import Testing

@testable import Marmot

/// System calls that are written down, and fail when they are told to.
private final class Calls: Sendable {
    private struct State {
        var log: [String] = []
        var failing: String?
    }

    private let state = Mutex(State())

    /// The calls since the last time.
    func take() -> [String] {
        state.withLock { state in
            defer { state.log = [] }
            return state.log
        }
    }

    /// The next call of this name fails as a full disk does.
    func fail(_ name: String) { state.withLock { $0.failing = name } }

    private func note(_ name: String) -> Bool {
        state.withLock { state in
            state.log.append(name)
            guard state.failing == name else { return true }
            state.failing = nil
            errno = ENOSPC
            return false
        }
    }

    private static func isDirectory(_ descriptor: Int32) -> Bool {
        var status = stat()
        return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    var fileCalls: FileCalls {
        var calls = FileCalls()
        calls.write = { descriptor, bytes, place in
            guard self.note("write") else {
                // A part of it is there.
                _ = FileCalls.system.write(
                    descriptor, UnsafeRawBufferPointer(rebasing: bytes.prefix(bytes.count / 2)), place)
                return -1
            }
            return FileCalls.system.write(descriptor, bytes, place)
        }
        calls.synchronize = { descriptor in
            self.note(Self.isDirectory(descriptor) ? "sync directory" : "sync")
                ? FileCalls.system.synchronize(descriptor) : -1
        }
        calls.synchronizeData = { self.note("sync data") ? FileCalls.system.synchronizeData($0) : -1 }
        calls.rename = { self.note("rename") ? FileCalls.system.rename($0, $1) : -1 }
        return calls
    }
}

@Suite("what is told to others is on disk before")
struct DurabilityTests {
    private let directory = TemporaryDirectory()
    private let calls = Calls()

    private func client() throws -> MarmotClient {
        try MarmotClient(
            key: TestKeys.alice,
            store: FileAccountStore(directory: directory.path, calls: calls.fileCalls),
            random: SystemRandom(), now: { 1_800_000_000 })
    }

    private func group(_ client: MarmotClient) async throws -> [UInt8] {
        try await client.createGroup(
            inviting: [], name: "kept", description: "", relays: MarmotGroupTests.relays,
            admins: [TestKeys.alice.publicKey]
        ).group.id
    }

    @Test("a file is synced before it takes its name, and the name before the change is told")
    func order() async throws {
        let alice = try client()
        let id = try await group(alice)
        #expect(calls.take() == ["write", "sync", "rename", "sync directory"])
        _ = try await alice.makeKeyPackage(relays: MarmotGroupTests.relays)
        #expect(calls.take() == ["write", "sync", "rename", "sync directory"])
        _ = try await alice.prepare(.updateKeys, in: id)
        #expect(calls.take() == ["write", "sync", "rename", "sync directory"])
    }

    @Test("the key of a message is used up on disk before there is an event")
    func message() async throws {
        let alice = try client()
        let id = try await group(alice)
        _ = calls.take()
        _ = try await alice.encrypt("one", in: id)
        // The head of the log, and its name in the directory; then the record.
        #expect(calls.take() == ["write", "sync data", "sync directory", "write", "sync data"])
        _ = try await alice.encrypt("two", in: id)
        #expect(calls.take() == ["write", "sync data"])
    }

    @Test(
        "whatever fails, nothing is told, the old state stays, and the next try succeeds",
        arguments: ["write", "sync", "rename", "sync directory"])
    func failingFile(call: String) async throws {
        let alice = try client()
        let id = try await group(alice)
        calls.fail(call)
        await #expect(throws: FileError.self) {
            _ = try await alice.prepare(.rename(name: "lost", description: nil), in: id)
        }
        #expect(await alice.group(id)?.pendingCommit == nil)
        // Only where the new file has its name already, a restart may see it.
        if call != "sync directory" {
            #expect(try await client().group(id) == alice.group(id))
        }
        _ = try await alice.prepare(.rename(name: "kept", description: nil), in: id)
        #expect(try await client().group(id) == alice.group(id))
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(!files.contains { $0.hasSuffix(".new") }, "\(files)")
    }

    @Test(
        "a record that cannot be stored never was, and the next one is",
        arguments: ["write", "sync data"])
    func failingRecord(call: String) async throws {
        let alice = try client()
        let id = try await group(alice)
        _ = try await alice.encrypt("one", in: id)
        calls.fail(call)
        await #expect(throws: FileError.self) { _ = try await alice.encrypt("lost", in: id) }
        #expect(await alice.group(id)?.mls.nextOwnGeneration == 1)
        #expect(try await client().group(id)?.mls.nextOwnGeneration == 1)
        _ = try await alice.encrypt("two", in: id)
        #expect(try await client().group(id) == alice.group(id))
        #expect(await alice.group(id)?.mls.nextOwnGeneration == 2)
    }

    @Test("in the mock world nothing waits for the disk")
    func withoutDurability() async throws {
        let store = FileAccountStore(
            directory: directory.path, durability: .none, calls: calls.fileCalls)
        let alice = try MarmotClient(
            key: TestKeys.alice, store: store, random: SystemRandom(), now: { 1_800_000_000 })
        let id = try await group(alice)
        _ = try await alice.encrypt("one", in: id)
        #expect(!calls.take().contains { $0.hasPrefix("sync") })
    }
}
