import AgentCore
import Nostr
import TestSupport
import Testing
import Vocabulary

@testable import AgentCommands

@Suite("expect reply", .timeLimit(.minutes(4)))
struct ReplySubjectTests {
    @Test("each reply is taken once; from=start looks at all of them again")
    func cursor() async throws {
        try await Talk.with { talk in
            for text in ["one", "two", "three"] { try await talk.hear(text) }
            try await talk.heard(3)
            let first = try await talk.sitting.run("expect reply")
            #expect(first["text"] == .text("one") && first["sender"]?.description.hasPrefix("npub1") == true)
            #expect(try await talk.sitting.run("expect reply contains T")["text"] == .text("two"))
            #expect(try await talk.sitting.run("expect reply")["text"] == .text("three"))
            #expect(await talk.sitting.failure("expect no reply for=50ms") == nil)
            #expect(try await talk.sitting.run("expect reply from=start")["text"] == .text("one"))
            #expect(await talk.sitting.interpreter.value(of: "reply") != nil)
        }
    }

    @Test("a test passes over what does not fit")
    func passedOver() async throws {
        try await Talk.with { talk in
            for text in ["no", "pong"] { try await talk.hear(text) }
            #expect(try await talk.sitting.run("expect reply == pong")["text"] == .text("pong"))
            try await talk.hear("pong 2")
            #expect(try await talk.sitting.run("expect reply matches /[0-9]/")["text"] == .text("pong 2"))
        }
    }

    @Test("a reply where none was expected is a wrong answer that is quoted")
    func silenceBroken() async throws {
        try await Talk.with { talk in
            try await talk.hear("surprise")
            let failure = await talk.sitting.failure("expect no reply for=30s")
            #expect(failure?.code == .mismatch && failure?.message == "a reply came: \"surprise\"")
        }
    }

    @Test("what came instead is told, the nearest first; nothing at all is a timeout")
    func unmet() async throws {
        try await Talk.with { talk in
            let silence = await talk.sitting.failure("expect reply within=50ms")
            #expect(silence?.code == .timeout && silence?.message.hasPrefix("no reply came") == true)
            try await talk.hear("1")
            try await talk.heard(1)
            let one = await talk.sitting.failure("expect reply == x within=50ms")
            #expect(one?.code == .mismatch && one?.message.hasPrefix("1 reply came") == true)
            for text in ["2", "3", "4"] { try await talk.hear(text) }
            try await talk.heard(4)
            let four = await talk.sitting.failure("expect reply == x within=50ms")
            #expect(
                four?.message.hasPrefix("4 replies came") == true
                    && four?.message.hasSuffix("none is \"x\"") == true)
            #expect(four?.hints == ["nearest: \"4\"", "nearest: \"3\"", "nearest: \"2\""])
        }
    }

    @Test("a conversation that is over is not waited for")
    func over() async throws {
        try await Talk.with { talk in
            let leave = try await talk.sitting.run("say last words")
            #expect(leave["text"] == .text("last words"))
            let pending = try await talk.client.prepare(
                .promote(talk.peer.publicKey), in: talk.group.id)
            try await talk.peerPool.publish(pending.event, within: .seconds(10))
            _ = try await talk.client.confirm(pending.event.id, in: talk.group.id)
            _ = try await talk.peer.receive(pending.event)
            let removal = try await talk.peer.prepare(.remove([talk.client.publicKey]), in: talk.group.id)
            try await talk.peerPool.publish(removal.event, within: .seconds(10))
            let failure = await talk.sitting.failure("expect reply within=10s")
            #expect(failure?.code == .protocolError, "\(String(describing: failure))")
            #expect(failure?.message.hasSuffix("removed us from the group") == true)
        }
    }

    @Test("without a group there is nobody to wait for")
    func noGroup() async throws {
        let sitting = Sitting(try FakeHost())
        for line in ["expect reply", "expect no reply"] {
            #expect(await sitting.failure(line)?.code == .usage, "\(line)")
        }
        await sitting.host.close()
    }

    @Test("from= names whose words count; what others said is told when nothing came")
    func senders() async throws {
        try await Talk.with { talk in
            try await talk.hear("hello")
            try await talk.heard(1)
            let npub = KeyText.npub(talk.peer.publicKey)
            for from in ["agent", "any", npub, "start,\(npub)"] {
                #expect(
                    try await talk.sitting.run(
                        "expect reply from=\(from.hasPrefix("start") ? from : "start,\(from)")")["text"]
                        == .text("hello"), "\(from)")
            }
            let nobody = KeyText.npub(TestKeys.carol.publicKey)
            let failure = await talk.sitting.failure("expect reply from=start,\(nobody) within=50ms")
            #expect(failure?.code == .timeout)
            #expect(failure?.hints.first?.contains("said \"hello\", which counts with from=agent") == true)
            for (line, part) in [
                ("expect reply from=zorro", "from=zorro"), ("expect reply from=any,agent", "more than one"),
                ("expect no reply from=npub1x", "from=npub1x"),
                ("expect reply from=start,start", "more than one"),
            ] {
                #expect(talk.sitting.problem(line)?.message.contains(part) == true, "\(line)")
            }
        }
    }
}
