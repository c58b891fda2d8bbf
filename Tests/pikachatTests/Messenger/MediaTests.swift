import Cryptography
import Foundation
import Mocks
import TestSupport
import Testing

@Suite("files in messages", .timeLimit(.minutes(4)))
struct MediaTests {
    private struct World: Sendable {
        let relay: String
        let blossom: MockBlossom
        let agent: DaemonProgram
        let owner: DaemonProgram
        let group: String
        let folder = TemporaryDirectory()

        func send(_ path: String, servers: [String]? = nil, _ more: String = "") {
            let list = (servers ?? [blossom.url]).map { "\"\($0)\"" }.joined(separator: ",")
            owner.send(
                "{\"cmd\":\"send_media\",\"request_id\":\"m\",\"nostr_group_id\":\"\(group)\",\"file_path\":\"\(path)\",\"blossom_servers\":[\(list)]\(more)}"
            )
        }

        func answer() async throws -> DaemonProgram.Reply {
            try await owner.next("", { $0.contains("\"request_id\":\"m\"") })
        }

        func file(_ name: String, _ text: String) throws -> String {
            let path = folder.file(name)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }
    }

    private func withWorld(_ body: @escaping @Sendable (World) async throws -> Void) async throws {
        try await Gate.processes.pass {
            let (relay, blossom) = (try EmbeddedRelay(), try MockBlossom())
            await relay.start()
            await blossom.start()
            do {
                let agent = try DaemonProgram(["--auto-accept-welcomes"], relay: relay.url.text)
                let key = try await agent.next("ready")["pubkey"]
                agent.send(#"{"cmd":"publish_keypackage"}"#)
                _ = try await agent.next("ok")
                let owner = try DaemonProgram([], relay: relay.url.text)
                owner.send("{\"cmd\":\"init_group\",\"peer_pubkey\":\"\(key)\"}")
                let group = try await owner.next("ok")["nostr_group_id"]
                _ = try await agent.next("group_joined")
                try await body(
                    World(relay: relay.url.text, blossom: blossom, agent: agent, owner: owner, group: group))
            } catch {
                await blossom.stop()
                await relay.stop()
                throw error
            }
            await blossom.stop()
            await relay.stop()
        }
    }

    @Test(
        "a file is sent, kept by the server as ciphertext of a stranger, and is there when the message is told"
    )
    func wholeWay() async throws {
        try await withWorld { world in
            let path = try world.file("note.txt", "only for you")
            world.send(path, servers: ["http://127.0.0.1:1", world.blossom.url], ",\"caption\":\"look\"")
            let sent = try await world.answer()
            #expect(sent["mime_type"] == "text/plain" && sent["filename"] == "note.txt", "\(sent.text)")
            let told = try await world.agent.next("message_received")
            #expect(told["content"] == "look")
            let local = try #require(
                told.text.firstMatch(of: #/"local_path":"([^"]+)"/#).map { String($0.1) })
            #expect(try String(contentsOfFile: local, encoding: .utf8) == "only for you")
            #expect(local.hasPrefix(world.agent.state.file("account/media-tmp/")))
            let blobs = await world.blossom.stored
            #expect(blobs.count == 1 && blobs.keys.first == sent["encrypted_hash_hex"])
            #expect(!String(decoding: try #require(blobs.values.first), as: UTF8.self).contains("only"))
            // Later, by the message's id, in another directory.
            world.agent.program.closeInput()
            _ = await world.agent.finish()
            let target = world.folder.file("sub/got.txt")
            let arguments = [
                "download-media", told["message_id"], "--output", target, "--state-dir",
                world.agent.state.file("account"), "--relay", world.relay,
            ]
            let got = try await Pikachat.start(arguments).finish()
            #expect(got.status == 0, "\(got.error)")
            #expect(try String(contentsOfFile: target, encoding: .utf8) == "only for you")
            let again = try await Pikachat.start(arguments).finish()
            #expect(again.status == 2 && again.error.contains("is there already"))
        }
    }

    @Test("a server that refuses strangers gets our own signature; one that lies is passed over")
    func servers() async throws {
        try await withWorld { world in
            let path = try world.file("a.txt", "x")
            var behaviour = MockBlossom.Behaviour()
            let identity = try String(
                contentsOfFile: world.owner.state.file("account/identity.json"), encoding: .utf8)
            let key = try #require(identity.firstMatch(of: #/"public_key_hex":"([0-9a-f]{64})"/#)?.1)
            behaviour.owner = try XOnlyKey(hex: String(key))
            await world.blossom.behave(behaviour)
            world.send(path)
            #expect(try await world.answer()["code"] == "")
            #expect(await world.blossom.uploaders.map(\.hex) == [String(key)])
            behaviour = MockBlossom.Behaviour()
            behaviour.liesAboutHash = true
            await world.blossom.behave(behaviour)
            world.send(path)
            let lie = try await world.answer()
            #expect(
                lie["code"] == "upload_failed" && lie["message"].contains("something else"), "\(lie.text)")
            behaviour.limitBytes = 3
            await world.blossom.behave(behaviour)
            world.send(path)
            #expect(try await world.answer()["message"].contains("the blob is too large"))
        }
    }

    @Test("a server that gives something else, or leads elsewhere: the message is told without the file")
    func lies() async throws {
        try await withWorld { world in
            let path = try world.file("a.txt", "x")
            for change in [
                { (behaviour: inout MockBlossom.Behaviour) in behaviour.givesOther = true },
                { $0.redirect = "http://10.0.0.1/secret" }, { $0.redirect = "file:///etc/passwd" },
                { $0.redirect = world.blossom.url + "/again" },
            ] as [@Sendable (inout MockBlossom.Behaviour) -> Void] {
                var behaviour = MockBlossom.Behaviour()
                change(&behaviour)
                await world.blossom.behave(behaviour)
                world.send(path)
                _ = try await world.answer()
                let told = try await world.agent.next("message_received")
                #expect(told.text.contains("\"media\"") && !told.text.contains("local_path"), "\(told.text)")
            }
        }
    }

    @Test(
        "files that cannot be sent",
        arguments: [
            ("missing.txt", "", "cannot read"), ("empty.txt", "", "media file is empty"),
            ("", "", "is no file"),
            ("a.txt", ",\"filename\":\"../x\"", "not usable"),
            ("a.txt", ",\"mime_type\":\"image/heic\"", "do not take"),
            ("a.txt", ",\"mime_type\":\"image/png\"", "is no image/png"),
        ])
    func mistakes(name: String, more: String, message: String) async throws {
        try await withWorld { world in
            _ = try world.file("a.txt", "x")
            _ = try world.file("empty.txt", "")
            world.send(world.folder.file(name), more)
            let answer = try await world.answer()
            #expect(answer["code"] == "file_error" && answer["message"].contains(message), "\(answer.text)")
        }
    }
}
