import Foundation
import Mocks
import TestSupport
import Testing

@Suite("one-shot commands of the messenger", .timeLimit(.minutes(4)))
struct MessengerCommandsTests {
    /// An account in a state directory of its own.
    private struct Account: Sendable {
        let state = TemporaryDirectory()
        let relay: String

        func start(_ arguments: [String], stdin: String? = "") throws -> RunningProgram {
            try Pikachat.start(
                arguments + ["--state-dir", state.file("account"), "--relay", relay], stdin: stdin,
                state: state)
        }

        func run(_ arguments: String..., stdin: String = "") async throws -> RunningProgram.Result {
            try await start(arguments, stdin: stdin).finish()
        }

        /// The object that a command prints.
        func object(_ arguments: String..., stdin: String = "") async throws -> [String: Any] {
            let result = try await start(arguments, stdin: stdin).finish()
            #expect(result.status == 0, "\(arguments): \(result.error)")
            return try #require(
                try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any],
                "\(result.output)")
        }
    }

    private func withAccounts(_ body: @escaping @Sendable (Account, Account) async throws -> Void)
        async throws
    {
        try await Gate.processes.pass {
            let relay = try EmbeddedRelay()
            await relay.start()
            do { try await body(Account(relay: relay.url.text), Account(relay: relay.url.text)) } catch {
                await relay.stop()
                throw error
            }
            await relay.stop()
        }
    }

    /// Bob accepts Alice's invitation.
    private func befriend(_ alice: Account, _ bob: Account) async throws -> String {
        let key = try #require(try await bob.object("init")["npub"] as? String)
        let made = try await alice.object("invite", "--peer", key, "--name", "Both")
        let welcomes = try #require(try await bob.object("welcomes")["welcomes"] as? [[String: Any]])
        #expect(welcomes.count == 1 && welcomes[0]["group_name"] as? String == "Both")
        let wrap = try #require(welcomes[0]["wrapper_event_id"] as? String)
        let joined = try await bob.object("accept-welcome", "--wrapper-event-id", wrap)
        let group = try #require(joined["nostr_group_id"] as? String)
        #expect(made["nostr_group_id"] as? String == group)
        return group
    }

    @Test(
        "invite, accept, send, list, listen: fields as the original has them; what send meets is heard later")
    func conversation() async throws {
        try await withAccounts { alice, bob in
            let group = try await befriend(alice, bob)
            let sent = try await alice.object("send", "--group", group, "--content", "hello \"b\"")
            #expect(Set(sent.keys) == ["event_id", "message_id"])
            let key = try #require(try await bob.object("identity")["npub"] as? String)
            let direct = try await alice.object("send", "--to", key, "--content", "-", stdin: "two\nlines")
            #expect(direct["nostr_group_id"] as? String == group && direct["auto_created_group"] == nil)
            _ = try await bob.object("send", "--group", group, "--content", "mine")
            let listed = try #require(
                try await bob.object("messages", "--group", group)["messages"] as? [[String: Any]])
            #expect(
                Set(listed.compactMap { $0["content"] as? String }) == ["mine", "hello \"b\"", "two\nlines"])
            let groups = try #require(try await bob.object("groups")["groups"] as? [[String: Any]])
            #expect(
                groups.map { Set($0.keys) } == [["nostr_group_id", "mls_group_id", "name", "description"]])
            // Bob's `send` and `messages` have met Alice's words already; nobody has heard them yet.
            let listening = try bob.start(["listen", "--timeout", "0"], stdin: nil)
            #expect(await listening.waitFor("two\\nlines"), "\(listening.errorSoFar)")
            listening.signal(SIGINT)
            let heard = await listening.finish()
            #expect(heard.status == 130)
            let lines = heard.output.split(separator: "\n")
            #expect(
                lines.count == 2 && lines.allSatisfy { $0.contains("\"type\":\"message\"") },
                "\(heard.output)")
            let again = try await bob.run("listen", "--timeout", "1")
            #expect(again.status == 0 && again.output.isEmpty, "\(again.output)")
        }
    }

    @Test("while a daemon uses the state directory, the commands go through it; --remote insists on that")
    func remote() async throws {
        try await withAccounts { alice, bob in
            let group = try await befriend(alice, bob)
            let alone = try await bob.run("groups", "--remote")
            #expect(alone.status == 4 && alone.error.contains("no daemon is listening"))
            let daemon = try bob.start(["daemon"], stdin: nil)
            #expect(await daemon.waitFor("\"type\":\"ready\""))
            _ = try await bob.object("groups", "--remote")
            let doctor = try await bob.run("doctor")
            #expect(
                doctor.output.contains("daemon: answers at") && doctor.output.contains("in 1 group"),
                "\(doctor.output)")
            let listening = try bob.start(["listen", "--timeout", "0"], stdin: nil)
            _ = try await bob.object("send", "--group", group, "--content", "by the daemon")
            let refused = try await bob.run("send", "--group", "zz", "--content", "x")
            #expect(refused.status == 2 && refused.error.contains("nostr_group_id must be hex"))
            var status = stat()
            // Where the path is too long for a socket, a file names another one.
            let pointer = try? String(
                contentsOfFile: bob.state.file("account/daemon.path"), encoding: .utf8)
            let socket = pointer ?? bob.state.file("account/daemon.sock")
            stat(socket, &status)
            #expect(status.st_mode & 0o777 == 0o600)
            // Whoever listens by the socket hears what the daemon hears.
            var count = 0
            while !listening.outputSoFar.contains("hello"), count < 50 {
                count += 1
                _ = try await alice.object("send", "--group", group, "--content", "hello \(count)")
            }
            #expect(listening.outputSoFar.contains("\"type\":\"message\""))
            listening.signal(SIGTERM)
            #expect(await listening.finish().status == 143)
            daemon.closeInput()
            #expect(await daemon.finish().status == 0)
            #expect(!FileManager.default.fileExists(atPath: socket))
        }
    }

    @Test("an identity is imported once; another one needs --replace, and never shows")
    func identity() async throws {
        try await withAccounts { alice, _ in
            let key = String(repeating: "01", count: 32)
            let made = try await alice.object("init", "--nsec", "-", stdin: key + "\n")
            #expect(
                (made["npub"] as? String)?.hasPrefix("npub1") ?? false
                    && made["key_package_event_id"] is String)
            let same = try await alice.run("init", "--nsec", "-", stdin: key)
            #expect(same.status == 0 && same.error.contains("is there already"))
            let other = String(repeating: "02", count: 32)
            let refused = try await alice.run("init", "--nsec", other)
            #expect(refused.status == 2 && refused.error.contains("--replace"))
            #expect(!(refused.output + refused.error).contains(other))
            let replaced = try await alice.object("init", "--nsec", other, "--replace")
            #expect(replaced["pubkey"] as? String != made["pubkey"] as? String)
            let names = try FileManager.default.contentsOfDirectory(atPath: alice.state.file("account"))
            #expect(names.contains { $0.hasPrefix("identity.json.bak-") })
            for wrong in ["nsec1x", "", "zz"] {
                let result = try await alice.run("init", "--nsec", "-", stdin: wrong)
                #expect(result.status == 2)
            }
            try #"{"secret_key_hex":"\#(key)","public_key_hex":""}"#
                .write(toFile: alice.state.file("account/identity.json"), atomically: true, encoding: .utf8)
            let read = try await alice.object("identity")
            #expect(read["pubkey"] as? String == made["pubkey"] as? String)
        }
    }

    @Test("the bot of the original's tests: its lines, its answer, its end")
    func bot() async throws {
        try await withAccounts { alice, bob in
            let owner = try #require(try await alice.object("identity")["pubkey"] as? String)
            let bot = try bob.start(["bot", "--inviter-pubkey", owner, "--timeout-sec", "30"], stdin: nil)
            #expect(await bot.waitFor("[openclaw_bot] published kind=443 id="), "\(bot.errorSoFar)")
            let key = try #require(
                bot.outputSoFar.firstMatch(of: #/ready pubkey=([0-9a-f]{64}) npub=npub1/#)?.1)
            let made = try await alice.object("invite", "--peer", String(key))
            let group = try #require(made["nostr_group_id"] as? String)
            for text in ["no answer to this", " openclaw: reply exactly \"E2E_OK_0af\" "] {
                _ = try await alice.object("send", "--group", group, "--content", text)
            }
            let end = await bot.finish()
            #expect(end.status == 0, "\(end.error)")
            let lines = end.output.split(separator: "\n")
            #expect(lines.count == 6 && lines[2].contains("welcome_unwrapped wrapper_id="), "\(end.output)")
            #expect(lines[3] == "[openclaw_bot] joined_group nostr_group_id=\(group)")
            #expect(
                lines[4...].elementsEqual([
                    "[openclaw_bot] replying content=E2E_OK_0af", "[openclaw_bot] ok replied=E2E_OK_0af",
                ]))
        }
    }

    @Test("a profile is changed, not replaced; without an answer it is left alone")
    func profile() async throws {
        try await withAccounts { alice, _ in
            let empty = try await alice.object("profile")
            #expect(empty["name"] is NSNull)
            let named = try await alice.object("update-profile", "--name", " Ann ")
            #expect(named["name"] as? String == "Ann")
            let told = try await alice.object("profile")
            #expect(told["name"] as? String == "Ann")
            let unnamed = try await alice.object("update-profile", "--name", "")
            #expect(unnamed["name"] is NSNull)
        }
        let nowhere = Account(relay: "ws://127.0.0.1:1")
        let failed = try await nowhere.run("update-profile", "--name", "x")
        #expect(
            failed.status == 4 && failed.error.contains("no relay has told our profile"), "\(failed.error)")
    }

    @Test(
        "mistakes are named",
        arguments: [
            (["send", "--content", "x"], "either --group or --to is required"),
            (["send", "--group", "aa"], "--content is required"),
            (["send", "--group", "aa", "--to", "bb", "--content", "x"], "do not go together"),
            (["messages"], "--group is required"),
            (["messages", "--group", "aa", "--limit", "0"], "not a whole number from 1 to 10000"),
            (["invite"], "--peer is required"), (["accept-welcome"], "--wrapper-event-id is required"),
            (["listen", "--timeout", "x"], "not a whole number"),
            (["groups", "mine"], "groups takes no mine"),
            (["update-profile"], "--name or --picture is required"),
        ])
    func mistakes(arguments: [String], message: String) async throws {
        let result = try await Pikachat.run(arguments)
        #expect(result.status == 2 && result.error.contains(message), "\(result.error)")
        #expect(result.output.isEmpty)
    }
}
