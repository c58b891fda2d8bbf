import Cryptography
import Foundation
import MLS
import Nostr
import TestSupport
import Testing

@testable import Marmot

@Suite("FileAccountStore")
struct FileAccountStoreTests {
    private let directory = TemporaryDirectory()

    private func client() throws -> MarmotClient {
        try MarmotClient(
            key: TestKeys.alice, store: FileAccountStore(directory: directory.path), random: SystemRandom(),
            now: { 1_800_000_000 })
    }

    private func groupFile() throws -> String {
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: directory.path).first {
                $0.hasSuffix(".group")
            })
        return directory.file(name)
    }

    private func makeGroup() async throws -> MarmotGroup {
        let relay = try RelayURL("ws://127.0.0.1:1")
        return try await client().createGroup(
            inviting: [], name: "kept", description: "", relays: [relay], admins: [TestKeys.alice.publicKey]
        ).group
    }

    @Test("groups and key packages come back, files are private")
    func roundTrip() async throws {
        let group = try await makeGroup()
        let first = try client()
        _ = try await first.makeKeyPackage(relays: [RelayURL("ws://127.0.0.1:1")])
        let (_, _) = try await first.encrypt("spends a generation", in: group.id)
        let again = try client()
        #expect(await again.group(group.id) == first.group(group.id))
        for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let mode =
                try FileManager.default.attributesOfItem(atPath: directory.file(name))[.posixPermissions]
                as? Int
            #expect(mode == 0o600, "\(name)")
        }
    }

    @Test(
        "a file cut short, changed, foreign or newer is named and left alone",
        arguments: ["cut", "changed", "foreign", "newer", "copy"])
    func damage(kind: String) async throws {
        _ = try await makeGroup()
        let path = try groupFile()
        var bytes = try #require(try AtomicFile.read(path))
        switch kind {
        case "cut": bytes.removeLast(100)
        case "changed": bytes[bytes.count / 2] ^= 1
        case "foreign": bytes = Array("hello".utf8)
        case "newer":
            bytes = StateFile.encode(kind: "group", version: 99, [])
        default: try AtomicFile.write(bytes, to: path.replacing(".group", with: "-copy.group"))
        }
        if kind != "copy" { try AtomicFile.write(bytes, to: path) }
        #expect { try client() } throws: { error in
            guard let error = error as? FileError else { return false }
            let part =
                [
                    "cut": "truncated", "changed": "damaged", "foreign": "not a pikachat state file",
                    "newer": "newer version of pikachat", "copy": "copy of",
                ][kind] ?? ""
            return error.path.hasSuffix(".group") && error.why.contains(part)
        }
        #expect(try AtomicFile.read(path) == bytes)
    }

    @Test("state of another identity is refused")
    func otherIdentity() async throws {
        _ = try await makeGroup()
        #expect {
            try MarmotClient(
                key: TestKeys.bob, store: FileAccountStore(directory: directory.path), random: SystemRandom(),
                now: { 0 })
        } throws: { "\($0)".contains("another identity") }
    }

    @Test("a directory that cannot be written is an error before anything is handed out")
    func unwritable() async throws {
        let group = try await makeGroup()
        let client = try client()
        let before = await client.group(group.id)
        try FileManager.default.removeItem(atPath: directory.path)
        await #expect(throws: FileError.self) { try await client.encrypt("lost?", in: group.id) }
        #expect(await client.group(group.id) == before)
    }
}
