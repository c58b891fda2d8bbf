import AgentCore
import Foundation
import Mocks
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCommands

@Suite("commands about a group", .timeLimit(.minutes(4)))
struct GroupCommandsTests {
    @Test("group members: who is who")
    func members() async throws {
        try await Talk.with { talk in
            let fields = try await talk.sitting.run("group members")
            let (me, peer) = (KeyText.npub(talk.client.publicKey), KeyText.npub(talk.peer.publicKey))
            #expect(fields["count"] == .number(2))
            #expect(Set(talk.sitting.rows) == ["\(me)  me, admin", peer])
        }
    }

    @Test("group list: all of them by id, and which one is in use")
    func list() async throws {
        try await Talk.with { talk in
            let other = try await talk.another("second")
            let fields = try await talk.sitting.run("group list")
            let ids = [talk.group.nostrGroupIDHex, other.nostrGroupIDHex].sorted()
            #expect(fields["ids"] == .list(ids.map { .text($0) }) && fields["count"] == .number(2))
            let rows = talk.sitting.rows
            #expect(rows.filter { $0.hasSuffix("\"talk\"  in use") }.count == 1, "\(rows)")
            #expect(rows.filter { $0.hasSuffix("\"second\"") }.count == 1, "\(rows)")
        }
        let sitting = Sitting(try FakeHost())
        #expect(try await sitting.run("group list")["count"] == .number(0))
        #expect(sitting.rows == ["no groups"])
        await sitting.host.close()
    }

    @Test("group rename: a name, a description, or both")
    func rename() async throws {
        try await Talk.with { talk in
            #expect(await talk.sitting.failure("group rename")?.code == .usage)
            let described = try await talk.sitting.run("group rename description=\"who is on call\"")
            #expect(described["name"] == .text("talk"))
            #expect(described["description"] == .text("who is on call"))
            let renamed = try await talk.sitting.run("group rename night shift")
            #expect(
                renamed["name"] == .text("night shift") && renamed["description"] == .text("who is on call"))
            let group = await talk.sitting.interpreter.value(of: "group")
            #expect(group?.json.contains(#""name":"night shift""#) == true)
        }
    }

    @Test("group promote and demote: exactly one account; state shows the admins")
    func admins() async throws {
        try await Talk.with { talk in
            let peer = KeyText.npub(talk.peer.publicKey)
            #expect(await talk.sitting.failure("group promote \(peer) me")?.code == .usage)
            let promoted = try await talk.sitting.run("group promote \(peer)")
            guard case .list(let admins)? = promoted["admins"] else { return #expect(Bool(false)) }
            #expect(Set(admins.map(\.description)) == [peer, KeyText.npub(talk.client.publicKey)])
            try await talk.sitting.run("group state")
            #expect(talk.sitting.rows.contains("members   2, 2 of them admins"))
        }
    }

    @Test(
        "what is missing is told before what is wrong with the words",
        arguments: [
            "group promote nonsense", "group remove nonsense", "group relays nonsense", "group rename",
        ])
    func order(line: String) async throws {
        let sitting = Sitting(try FakeHost())
        let failure = await sitting.failure(line)
        #expect(
            failure?.code == .usage && failure?.message.contains("needs an agent") == true,
            "\(String(describing: failure))")
        await sitting.host.close()
    }

    @Test("messages: both sides, the last ones")
    func messages() async throws {
        try await Talk.with { talk in
            #expect(try await talk.sitting.run("messages")["count"] == .number(0))
            #expect(talk.sitting.rows == ["no messages yet"])
            try await talk.sitting.run("say hello key=value")
            for number in 1...2 {
                try await talk.hear("reply \(number)")
                try await talk.heard(number)
            }
            let all = try await talk.sitting.run("messages")
            #expect(all["texts"] == .list(["hello key=value", "reply 1", "reply 2"].map { .text($0) }))
            #expect(talk.sitting.rows[0].hasSuffix(" you  hello key=value"))
            #expect(talk.sitting.rows[2].hasSuffix(" agent  reply 2"))
            let last = try await talk.sitting.run("messages last=2")
            #expect(last["count"] == .number(2))
            #expect(last["texts"] == .list([.text("reply 1"), .text("reply 2")]))
        }
    }

    @Test("attach starts afresh: what was heard before is read")
    func attach() async throws {
        try await Talk.with { talk in
            try await talk.hear("old")
            try await talk.heard(1)
            let fields = try await talk.sitting.run("attach \(KeyText.npub(talk.peer.publicKey))")
            #expect(fields["session"] == .text("main"))
            let session = try await talk.host.sessions.session(named: nil)
            #expect(await session.readUpTo == session.cursor)
            #expect(await session.state.phase == "attached")
            let key = talk.peer.publicKey.hex
            #expect(talk.sitting.problem("attach \(key) \(key)")?.message == "attach takes one public key")
            #expect(talk.sitting.problem("attach nonsense") != nil)
        }
    }

    @Test("decode: an event as a file or itself, in columns; a file of something else is refused by name")
    func decode() async throws {
        try await Talk.with { talk in
            let directory = TemporaryDirectory()
            let event = try await talk.event("a secret word")
            let path = directory.file("event.json")
            try (String(decoding: event.json, as: UTF8.self) + "\n").write(
                toFile: path, atomically: true, encoding: .utf8)
            let fields = try await talk.sitting.run("decode \(path)")
            #expect(fields["id"] == .text(event.id.hex) && fields["verdict"] == .text("readable"))
            #expect(talk.sitting.rows.allSatisfy { $0.contains("  ") }, "\(talk.sitting.rows)")
            try "no event".write(toFile: path, atomically: true, encoding: .utf8)
            let other = await talk.sitting.failure("decode \(path)")
            #expect(other?.message == "\(path) does not hold an event: the JSON of one begins with {")
            let folder = await talk.sitting.failure("decode \(directory.path)")
            #expect(folder?.message.contains("is not a regular file") == true)
        }
    }

    @Test("relays add: groups are read from there at once, and the old ones go on")
    func addedRelay() async throws {
        try await Talk.with { talk in
            let more = try EmbeddedRelay()
            await more.start()
            let fields = try await talk.sitting.run("relays add \(more.url)")
            #expect(
                fields["count"] == .number(2) && talk.host.workspace.environment.pool.relays.last == more.url)
            let there = RelayPool([more.url], environment: RelayEnvironment()) { _ in }
            await there.start()
            try await there.publish(try await talk.event("from there"), within: .seconds(20))
            try await talk.hear("from here")
            try await talk.heard(2)
            #expect(try await talk.sitting.run("relays add \(more.url)")["count"] == .number(2))
            await there.stop(grace: .zero)
            await more.stop()
        }
    }

    @Test(
        "relays takes nothing else",
        arguments: ["relays ad ws://127.0.0.1:1", "relays add", "relays add http://x"])
    func relayMistakes(line: String) async throws {
        let sitting = Sitting(try FakeHost())
        #expect(await sitting.failure(line)?.code == .usage)
        await sitting.host.close()
    }
}
