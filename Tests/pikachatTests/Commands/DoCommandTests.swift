import Foundation
import Mocks
import Nostr
import TestSupport
import Testing

@Suite("pikachat do", .serialized)
struct DoCommandTests {
    private let state = TemporaryDirectory()

    private func withChat(
        _ body: (MockWorld, ([String]) async throws -> Pikachat.Result) async throws -> Void
    ) async throws { try await KeptChat.with(state, body) }

    @Test("goes on in the group of an earlier run")
    func resumes() async throws {
        try await withChat { _, run in
            let list = try await run(["do", "group", "list"])
            #expect(list.status == 0 && list.output.contains("2 members  \"Agent Chat\""), "\(list.output)")
            let renamed = try await run(["do", "group", "rename", "night \"shift\" $x"])
            #expect(renamed.status == 0, "\(renamed.error)")
            let shown = try await run(["do", "--group", "night \"shift\" $x", "group", "state"])
            #expect(
                shown.output.contains("group     \"night \"shift\" $x\"")
                    && shown.output.contains("epoch     2"))
            let said = try await run(["do", "say", "good night"])
            #expect(said.status == 0, "\(said.error)")
            let wrong = try await run(["do", "--group", "ffff", "group", "state"])
            #expect(wrong.status == 2 && wrong.error.contains("there is no group ffff"), "\(wrong.error)")
            let typo = try await run(["do", "grop", "state"])
            #expect(typo.status == 2 && typo.error.contains("there is no command grop"))
            let second = try await run(["do", "group", "stat"])
            #expect(
                second.status == 2 && second.error.contains("there is no command group stat")
                    && second.error.contains("did you mean group state?"), "\(second.error)")
            #expect(try await run(["do"]).status == 2)
            let elsewhere = try await Pikachat.run(
                ["do", "say", "lost", "--relay", "ws://127.0.0.1:1"], state: state)
            #expect(
                elsewhere.status == 2 && elsewhere.error.contains("the group meets at"), "\(elsewhere.error)")
            let byItself = try await Pikachat.run(["do", "say", "found"], state: state)
            #expect(byItself.status == 0, "\(byItself.error)")
        }
    }

    @Test("decodes an event from a file, from a relay, and says what it cannot find")
    func decodes() async throws {
        try await withChat { world, run in
            let pool = RelayPool([world.relay.url], environment: RelayEnvironment()) { _ in }
            await pool.start()
            let wraps = try await pool.fetch([Filter(kinds: [.giftWrap])], within: .seconds(10)) {
                !$0.isEmpty
            }
            await pool.stop(grace: .zero)
            let wrap = try #require(wraps.first)
            let path = state.file("event.json")
            try Data(wrap.json).write(to: URL(fileURLWithPath: path))
            for source in [path, wrap.id.hex, String(decoding: wrap.json, as: UTF8.self)] {
                let result = try await run(["do", "decode", source])
                #expect(
                    result.status == 0 && result.output.contains("kind    1059, a gift wrap (NIP-59)")
                        && result.output.contains("not for us"), "\(result.output)\(result.error)")
            }
            for path in ["/dev/zero", "/tmp"] {
                let special = try await run(["do", "decode", path])
                #expect(
                    special.status == 2 && special.error.contains("is not a regular file of at most"),
                    "\(path)")
            }
            let unknown = try await run(["do", "decode", String(repeating: "ab", count: 32)])
            #expect(unknown.status == 4 || unknown.status == 5, "\(unknown.status)")
            #expect(unknown.error.contains("no relay has event abab"), "\(unknown.error)")
            var forged = String(decoding: wrap.json, as: UTF8.self)
            forged = forged.replacingOccurrences(of: "\"kind\":1059", with: "\"kind\":1058")
            let bad = try await run(["do", "decode", forged])
            #expect(bad.status != 0 && bad.error.contains("id"), "\(bad.error)")
        }
    }

    /// Group events and gift wraps that the relay has.
    private func published(_ world: MockWorld) async throws -> Set<EventID> {
        let pool = RelayPool([world.relay.url], environment: RelayEnvironment()) { _ in }
        await pool.start()
        let events = try await pool.fetch(
            [Filter(kinds: [.groupEvent, .giftWrap])], within: .seconds(10))
        await pool.stop(grace: .zero)
        return Set(events.map(\.id))
    }

    /// No byte can be stored: a limit on files stands for a full disk.
    @Test("with a full disk nothing goes out, and nothing is lost")
    func fullDisk() async throws {
        try await withChat { world, run in
            let before = try await published(world)
            for words in ["say lost", "group update-keys", "group rename lost"] {
                let result = try await Program.run(
                    [
                        "sh", "-c",
                        "trap '' XFSZ; ulimit -f 0; exec \"$0\" do --relay \(world.relay.url.text) \(words)",
                        Pikachat.path,
                    ], environment: Pikachat.environment(state: state))
                #expect(result.status != 0, "\(words): \(result.output)")
                #expect(
                    result.error.contains("cannot") && result.error.contains(state.path),
                    "\(words): \(result.error)")
                #expect(try await published(world) == before, "\(words) went out")
            }
            for words in [["say", "found"], ["group", "update-keys"], ["say", "again"]] {
                let result = try await run(["do"] + words)
                #expect(result.status == 0, "\(words): \(result.error)")
            }
            let shown = try await run(["do", "group", "state"])
            #expect(shown.output.contains("epoch     2"), "\(shown.output)")
        }
    }

    @Test(
        "in a directory that cannot be written nothing goes out",
        .enabled(if: getuid() != 0, "root may write everywhere"))
    func readOnly() async throws {
        try await withChat { world, run in
            let before = try await published(world)
            let path = state.file("pikachat")
            try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: path)
            let result = try await run(["do", "say", "lost"])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
            #expect(result.status != 0 && result.error.contains(path), "\(result.error)")
            #expect(try await published(world) == before)
        }
    }
}
