import Foundation
import Mocks
import TestSupport
import Testing

@Suite("pikachat daemon", .timeLimit(.minutes(4)))
struct DaemonCommandTests {
    private func withRelay(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        try await Gate.processes.pass {
            let relay = try EmbeddedRelay()
            await relay.start()
            do { try await body(relay.url.text) } catch {
                await relay.stop()
                throw error
            }
            await relay.stop()
        }
    }

    /// A daemon that joins by itself, another one, and their group.
    private func withPair(
        _ arguments: [String] = ["--auto-accept-welcomes"],
        _ body:
            @escaping @Sendable (
                _ agent: DaemonProgram, _ owner: DaemonProgram, _ group: String, _ relay: String
            ) async throws -> Void
    ) async throws {
        try await withRelay { relay in
            let agent = try DaemonProgram(arguments, relay: relay)
            let key = try await agent.next("ready")["pubkey"]
            agent.send(#"{"cmd":"publish_keypackage","request_id":"k1"}"#)
            #expect(try await agent.next("ok")["request_id"] == "k1")
            let owner = try DaemonProgram([], relay: relay)
            owner.send("{\"cmd\":\"init_group\",\"peer_pubkey\":\"\(key)\",\"request_id\":\"g\"}")
            let group = try await owner.next("ok")["nostr_group_id"]
            #expect(try await owner.next("group_created")["peer_pubkey"] == key)
            #expect(try await agent.next("ok")["request_id"] == "auto-accept")
            #expect(try await agent.next("group_joined")["nostr_group_id"] == group)
            try await body(agent, owner, group, relay)
        }
    }

    @Test("a conversation: ready, invited, joined, heard, answered, listed, ended")
    func conversation() async throws {
        try await withPair { agent, owner, group, _ in
            owner.send(
                "{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"hallo \\u001b[1m\"}")
            let heard = try await agent.next("message_received")
            #expect(
                heard["content"] == "hallo \u{1b}[1m" && heard["nostr_group_id"] == group
                    && heard["kind"] == "9"
            )
            #expect(!heard.text.contains("\u{1b}"))
            let sent = try await owner.next("ok")
            #expect(sent["message_id"] == heard["message_id"] && sent["event_id"] != sent["message_id"])
            agent.send(
                "{\"cmd\":\"react\",\"request_id\":\"r\",\"event_id\":\"\(heard["message_id"])\",\"emoji\":\"+\"}"
            )
            #expect(try await agent.next("ok")["request_id"] == "r")
            #expect(try await owner.next("event_received")["kind"] == "7")
            owner.send("{\"cmd\":\"get_messages\",\"nostr_group_id\":\"\(group)\"}")
            #expect(try await owner.next("ok")["messages"].contains("hallo"))
            owner.send(#"{"cmd":"list_groups"}"#)
            #expect(try await owner.next("ok")["groups"].contains(group))
            agent.send(#"{"cmd":"shutdown","request_id":"s"}"#)
            #expect(try await agent.next("ok")["request_id"] == "s")
            #expect(await agent.finish().status == 0)
            owner.program.closeInput()
            let end = await owner.finish()
            #expect(end.status == 0, "\(end.error)")
            #expect(!end.error.contains("hallo"), "what was said is in the log: \(end.error)")
        }
    }

    @Test("every line that is no command is answered, and what comes behind it counts")
    func garbage() async throws {
        try await withRelay { relay in
            let daemon = try DaemonProgram([], relay: relay)
            _ = try await daemon.next("ready")
            daemon.send("nonsense\n\n  \r\n" + String(repeating: "x", count: 5 << 20))
            for code in ["parse_error", "parse_error"] {
                #expect(try await daemon.next("error")["code"] == code)
            }
            daemon.send(#"{"cmd":"nope","request_id":"n"}"#)
            let refused = try await daemon.next("error")
            #expect(refused["code"] == "unknown_command" && refused["request_id"] == "n")
            daemon.send(#"{"cmd":"send_message","nostr_group_id":"zz","content":"","request_id":"z"}"#)
            #expect(try await daemon.next("error")["code"] == "bad_group_id")
            daemon.send(#"{"cmd":"accept_call","request_id":"c"}"#)
            #expect(try await daemon.next("error")["code"] == "unsupported")
            daemon.send(#"{"cmd":"list_groups","request_id":"l"}"#)
            #expect(try await daemon.next("ok")["request_id"] == "l")
            daemon.program.signal(SIGTERM)
            #expect(await daemon.finish().status == 143)
        }
    }

    @Test("killed: what was said meanwhile is told once, and what was told before is not told again")
    func killed() async throws {
        try await withPair { agent, owner, group, relay in
            func say(_ text: String) async throws {
                owner.send(
                    "{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"\(text)\"}")
                _ = try await owner.next("ok")
            }
            try await say("before")
            #expect(try await agent.next("message_received")["content"] == "before")
            // An answer shows that the message was dealt with whole.
            agent.send("{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"yes\"}")
            _ = try await agent.next("ok")
            agent.program.signal(SIGKILL)
            _ = await agent.finish()
            try await say("one")
            try await say("two")
            let again = try DaemonProgram(["--auto-accept-welcomes"], relay: relay, state: agent.state)
            for text in ["one", "two"] {
                #expect(try await again.next("message_received")["content"] == text)
            }
            again.send(#"{"cmd":"list_pending_welcomes","request_id":"w"}"#)
            #expect(try await again.next("ok").text.contains("\"welcomes\":[]"))
            #expect(!again.has("message_received") && !again.program.outputSoFar.contains("welcome_received"))
        }
    }

    @Test("strangers neither invite nor are heard; a value that names nobody is a mistake")
    func allowed() async throws {
        try await withRelay { relay in
            for value in ["", " ", "npub1nobody"] {
                let wrong = try await Pikachat.start(
                    ["daemon", "--relay", relay, "--allow-pubkey", value], stdin: nil
                ).finish()
                #expect(wrong.status == 2, "\(wrong.error)")
            }
            let friend = String(repeating: "2", count: 64)
            let agent = try DaemonProgram(
                ["--auto-accept-welcomes", "--allow-pubkey", friend], relay: relay)
            let key = try await agent.next("ready")["pubkey"]
            agent.send(#"{"cmd":"publish_keypackage"}"#)
            _ = try await agent.next("ok")
            let stranger = try DaemonProgram([], relay: relay)
            stranger.send("{\"cmd\":\"init_group\",\"peer_pubkey\":\"\(key)\"}")
            _ = try await stranger.next("ok")
            agent.send(#"{"cmd":"list_groups","request_id":"l"}"#)
            #expect(try await agent.next("ok")["request_id"] == "l")
            #expect(!agent.program.outputSoFar.contains("welcome_received"))
        }
    }

    @Test(
        "a child takes the place of the standard streams, comes back when it dies, and ends with the daemon")
    func child() async throws {
        try await withRelay { relay in
            let state = TemporaryDirectory()
            // Publishes, answers each message, and dies once at the word "die".
            let code = """
                while read -r line; do case "$line" in
                *'"type":"ready"'*) echo '{"cmd":"publish_keypackage"}' ;;
                *'"type":"message_received"'*)
                  group=$(printf '%s' "$line" | sed 's/.*"nostr_group_id":"\\([0-9a-f]*\\)".*/\\1/')
                  case "$line" in *'"content":"die"'*) mkdir "$XDG_STATE_HOME/died" 2>/dev/null && exit 3 ;; esac
                  echo "{\\"cmd\\":\\"send_message\\",\\"nostr_group_id\\":\\"$group\\",\\"content\\":\\"$$\\"}" ;;
                esac; done; echo over >"$XDG_STATE_HOME/over"
                """
            let agent = try DaemonProgram(
                ["--auto-accept-welcomes", "--exec", code], relay: relay, state: state)
            agent.program.closeInput()
            let owner = try DaemonProgram([], relay: relay)
            _ = try await owner.next("ready")
            let identity = state.file("account/identity.json")
            #expect(await agent.program.waitFor("everybody may talk", onError: true))
            let text = try String(contentsOfFile: identity, encoding: .utf8)
            let key = try #require(text.firstMatch(of: #/"public_key_hex":"([0-9a-f]{64})"/#)?.1)
            var group = ""
            while group.isEmpty {
                owner.send("{\"cmd\":\"init_group\",\"peer_pubkey\":\"\(key)\",\"request_id\":\"g\"}")
                let answer = try await owner.next("", { $0.contains("\"request_id\":\"g\"") })
                group = answer["nostr_group_id"]
            }
            func say(_ text: String) {
                owner.send(
                    "{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"\(text)\"}")
            }
            say("a")
            let first = try await owner.next("message_received")["content"]
            say("die")
            say("b")
            // The next child gets what the one before did not answer.
            let second = try await owner.next("message_received")["content"]
            let third = try await owner.next("message_received")["content"]
            #expect(!first.isEmpty && first != second && second == third)
            #expect(agent.program.errorSoFar.contains("ended with status 3"))
            #expect(agent.program.outputSoFar.isEmpty)
            agent.program.signal(SIGTERM)
            #expect(await agent.finish().status == 143)
            #expect(FileManager.default.fileExists(atPath: state.file("over")))
        }
    }

    @Test("an invitation to a call is refused beside what goes on, once, and is no message")
    func calls() async throws {
        try await withPair { agent, owner, group, relay in
            agent.program.signal(SIGKILL)
            _ = await agent.finish()
            let invite = #"{\"v\":1,\"ns\":\"pika.call\",\"type\":\"call.invite\",\"call_id\":\"c\"}"#
            for content in [invite, invite, "after"] {
                owner.send(
                    "{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"\(content)\"}")
                _ = try await owner.next("ok")
            }
            let again = try DaemonProgram([], relay: relay, state: agent.state)
            #expect(try await again.next("message_received")["content"] == "after")
            again.send("{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"done\"}")
            // The refusal is a signal of a call, too: nobody is told. What comes next is the message.
            #expect(try await owner.next("message_received")["content"] == "done")
            var messages = ""
            for _ in 0..<500 where !messages.contains("call.reject") {
                owner.send("{\"cmd\":\"get_messages\",\"nostr_group_id\":\"\(group)\"}")
                messages = try await owner.next("ok").text
            }
            #expect(messages.ranges(of: "call.reject").count == 1, "\(messages)")
        }
    }

    @Test("invitations that nobody has accepted are told in each run, with and without a relay that has them")
    func pending() async throws {
        try await withRelay { relay in
            let agent = try DaemonProgram([], relay: relay)
            let key = try await agent.next("ready")["pubkey"]
            agent.send(#"{"cmd":"publish_keypackage"}"#)
            _ = try await agent.next("ok")
            let owner = try DaemonProgram([], relay: relay)
            owner.send("{\"cmd\":\"init_group\",\"peer_pubkey\":\"\(key)\",\"group_name\":\"Later\"}")
            #expect(try await agent.next("welcome_received")["group_name"] == "Later")
            agent.program.closeInput()
            _ = await agent.finish()
            let empty = try EmbeddedRelay()
            await empty.start()
            let again = try DaemonProgram(
                ["--auto-accept-welcomes"], relay: empty.url.text, state: agent.state)
            #expect(try await again.next("welcome_received")["group_name"] == "Later")
            #expect(try await again.next("ok")["request_id"] == "auto-accept")
            again.program.closeInput()
            #expect(await again.finish().status == 0)
            await empty.stop()
        }
    }

    @Test("a child that dies at once is tried again, and the end of the daemon does not wait for that")
    func restless() async throws {
        try await withRelay { relay in
            let daemon = try DaemonProgram(["--exec", "exit 7"], relay: relay)
            #expect(await daemon.program.waitFor("starts again in 2", onError: true))
            daemon.program.signal(SIGTERM)
            #expect(await daemon.finish().status == 143)
        }
    }

    @Test(
        "what the surroundings hand in: closed streams, signals that are ignored, a state directory with a long name"
    )
    func surroundings() async throws {
        try await withRelay { relay in
            let state = TemporaryDirectory()
            let deep = state.file(String(repeating: "d", count: 90))
            func sh(_ code: String) throws -> RunningProgram {
                try RunningProgram(
                    ["/bin/sh", "-c", code], stdin: nil,
                    environment: Pikachat.environment(
                        ["P": Pikachat.path, "R": relay, "D": deep], state: state))
            }
            let closed = try sh(#"exec "$P" daemon --relay "$R" --state-dir "$D" 0<&-"#)
            #expect(await closed.waitFor("\"type\":\"ready\""))
            // However the directory is written, commands find the daemon.
            for written in ["$D/", "$D/.", "$D"] {
                let list = try await sh("\"$P\" groups --remote --state-dir \"\(written)\"").finish()
                #expect(list.status == 0, "\(written): \(list.error)")
            }
            let large = try await sh(
                #"head -c 1000000 /dev/zero | tr '\0' '\1' | "$P" send --group aa --content - --state-dir "$D""#
            ).finish()
            #expect(large.status == 2 && large.error.contains("more than a daemon takes"), "\(large.error)")
            closed.signal(SIGTERM)
            #expect(await closed.finish().status == 143)
            let ignoring = try sh(#"trap '' HUP; exec "$P" daemon --relay "$R" --state-dir "$D""#)
            #expect(await ignoring.waitFor("\"type\":\"ready\""))
            ignoring.signal(SIGHUP)
            ignoring.send("{\"cmd\":\"shutdown\",\"request_id\":\"s\"}\n")
            let end = await ignoring.finish()
            #expect(end.status == 0 && end.output.contains("\"request_id\":\"s\""))
        }
    }

    @Test("a group whose name is another group's id takes nothing from that one")
    func names() async throws {
        try await withPair { agent, owner, group, relay in
            let stranger = try DaemonProgram([], relay: relay)
            let key = try await agent.key()
            stranger.send(
                "{\"cmd\":\"init_group\",\"peer_pubkey\":\"\(key)\",\"group_name\":\"\(group)\"}")
            _ = try await stranger.next("ok")
            _ = try await agent.next("group_joined")
            agent.program.closeInput()
            _ = await agent.finish()
            let again = try DaemonProgram([], relay: relay, state: agent.state)
            _ = try await again.next("ready")
            owner.send("{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"there?\"}")
            #expect(try await again.next("message_received")["content"] == "there?")
            again.send(
                "{\"cmd\":\"send_message\",\"request_id\":\"s\",\"nostr_group_id\":\"\(group)\",\"content\":\"here\"}"
            )
            #expect(try await again.next("", { $0.contains("\"request_id\":\"s\"") })["code"] == "")
        }
    }

    @Test("what every relay refuses is not tried again, and what people say is in no log")
    func refused() async throws {
        try await Gate.processes.pass {
            let relay = try EmbeddedRelay()
            await relay.start()
            let owner = try DaemonProgram([], relay: relay.url.text)
            let agent = try DaemonProgram(["--auto-accept-welcomes"], relay: relay.url.text)
            let key = try await agent.next("ready")["pubkey"]
            agent.send(#"{"cmd":"publish_keypackage"}"#)
            _ = try await agent.next("ok")
            owner.send("{\"cmd\":\"init_group\",\"peer_pubkey\":\"\(key)\"}")
            let group = try await owner.next("ok")["nostr_group_id"]
            var behaviour = RelayBehaviour()
            behaviour.rejection = "blocked: no"
            await relay.behave(behaviour)
            owner.send("{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"PRIVATE\"}")
            let answer = try await owner.next("error")
            #expect(answer["code"] == "publish_failed" && answer["message"].contains("blocked: no"))
            owner.send("{\"cmd\":\"get_messages\",\"nostr_group_id\":\"\(group)\"}")
            #expect(try await owner.next("ok").text.contains("\"state\":\"failed\""))
            owner.program.closeInput()
            let end = await owner.finish()
            #expect(!end.error.contains("PRIVATE"), "\(end.error)")
            let journal = try String(
                contentsOfFile: owner.state.file("account/journal.ndjson"), encoding: .utf8)
            #expect(!journal.contains("PRIVATE"))
            let outbox = try FileManager.default.contentsOfDirectory(
                atPath: owner.state.file("account/outbox"))
            #expect(outbox.isEmpty)
            await relay.stop()
        }
    }

    @Test("words that are no option are a mistake, before anything runs")
    func words() async throws {
        let wrong = try await Pikachat.run(["daemon", "--exec", "python3", "bridge.py"])
        #expect(wrong.status == 2 && wrong.error.contains("daemon takes no bridge.py"), "\(wrong.error)")
    }

    @Test("who is not allowed is not heard, also in a group that is there already")
    func unheard() async throws {
        try await withPair { agent, owner, group, relay in
            agent.program.closeInput()
            _ = await agent.finish()
            let friend = String(repeating: "2", count: 64)
            let again = try DaemonProgram(["--allow-pubkey", friend], relay: relay, state: agent.state)
            _ = try await again.next("ready")
            owner.send("{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"psst\"}")
            // It has come in once it is in the history.
            var messages = ""
            for _ in 0..<2000 where !messages.contains("psst") {
                again.send("{\"cmd\":\"get_messages\",\"nostr_group_id\":\"\(group)\"}")
                messages = try await again.next("ok").text
            }
            #expect(messages.contains("psst"))
            again.program.closeInput()
            let end = await again.finish()
            #expect(!end.output.contains("message_received"), "\(end.output)")
        }
    }

    @Test("what a child was thinking about when the daemon was killed goes to the next one")
    func thinking() async throws {
        try await withPair { agent, owner, group, relay in
            agent.program.closeInput()
            _ = await agent.finish()
            let silent =
                #"while read -r line; do case "$line" in *message_received*) echo seen >&2 ;; esac; done"#
            let first = try DaemonProgram(["--exec", silent], relay: relay, state: agent.state)
            owner.send("{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"why?\"}")
            #expect(await first.program.waitFor("seen", onError: true))
            first.program.signal(SIGKILL)
            _ = await first.finish()
            let answering =
                "while read -r line; do case \"$line\" in *message_received*) echo '{\"cmd\":\"send_message\",\"nostr_group_id\":\"\(group)\",\"content\":\"because\"}' ;; esac; done"
            let second = try DaemonProgram(["--exec", answering], relay: relay, state: agent.state)
            #expect(try await owner.next("message_received")["content"] == "because")
            second.program.signal(SIGTERM)
            #expect(await second.finish().status == 143)
        }
    }
}
