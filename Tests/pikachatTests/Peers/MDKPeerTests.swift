import Cryptography
import Foundation
import Mocks
import Nostr
import TestSupport
import Testing

/// The Rust library that runs in deployed agents, from `$PIKA_PEER` (default: ../shared/peer).
enum Peer {
    static let directory: String = {
        if let path = ProcessInfo.processInfo.environment["PIKA_PEER"], !path.isEmpty { return path }
        return Vectors.repositoryRoot.deletingLastPathComponent().appendingPathComponent("shared/peer").path
    }()

    /// Installed, not only there.
    static var isInstalled: Bool {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["PIKA_PEER_HOME"] ?? (environment["HOME"] ?? "/root") + "/.cache/pika-peer"
        return FileManager.default.isExecutableFile(atPath: directory + "/mdk-agent")
            && FileManager.default.fileExists(atPath: home + "/.stamp")
    }

    static let skipComment = "no MDK peers: run $PIKA_PEER/setup.sh (default ../shared/peer) first"
}

@Suite("MDK peers", .enabled(if: Peer.isInstalled, "\(Peer.skipComment)"), .serialized)
struct MDKPeerTests {
    private let state = TemporaryDirectory()

    private var peerEnvironment: [String: String] {
        let home =
            ProcessInfo.processInfo.environment["PIKA_PEER_HOME"]
            ?? (ProcessInfo.processInfo.environment["HOME"] ?? "/root") + "/.cache/pika-peer"
        return ["PIKA_PEER_HOME": home]
    }

    @Test("an MDK agent in a mock VM answers ten messages", arguments: ["0.6.0", "0.7.0", "0.8.0"])
    func guest(version: String) async throws {
        let chat = (0..<10).map { "say message \($0)\nexpect reply == \"echo: message \($0)\" within=20s\n" }
            .joined()
        try """
        mock microvm guest="\(Peer.directory)/mdk-agent --mdk \(version) --relay {relays} --secret {secret} --owner {owner} --duration 60"
        spawn microvm
        defer teardown
        wait-keypackage within=30s
        group create
        \(chat)
        """.write(toFile: state.file("guest.pika"), atomically: true, encoding: .utf8)
        let result = try await Pikachat.run(
            ["run", "guest.pika", "--mock"], environment: peerEnvironment, state: state, limit: .seconds(90))
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.components(separatedBy: "agent  echo: message").count == 11)
    }

    @Test("an MDK owner invites our agent and gets its answers", arguments: ["0.7.0", "0.8.0"])
    func owner(version: String) async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        let agent = try Pikachat.start(
            ["mock", "agent", "--relay", relay.url.text], stdin: nil, state: state)
        #expect(await agent.waitFor("ready npub1"))
        let key = try #require(agent.outputSoFar.split(whereSeparator: \.isWhitespace).last.map(String.init))
        let owner = try await Program.run(
            [
                Peer.directory + "/mdk-owner", "--mdk", version, "--relay", relay.url.text, "--peer", key,
                "--say", "one",
                "--self-update", "--say", "two", "--match", "echo: {text}",
            ], environment: Pikachat.environment(peerEnvironment, state: state))
        #expect(owner.status == 0, "\(owner.output)\(owner.error)")
        agent.signal(SIGTERM)
        #expect(await agent.finish(limit: .seconds(20)).status == 143)
        await relay.stop()
    }

    /// The agent renews its keys as soon as it has joined, often at the moment of our first change: whichever counts, both go on.
    /// (Not so 0.6.0, which loses every message that a commit of its own overtakes.)
    @Test(
        "an MDK agent follows changes of the group, colliding ones too",
        arguments: ["0.6.0", "0.7.0", "0.8.0"])
    func changes(version: String) async throws {
        func talk(_ text: String) -> String { "say \(text)\nexpect reply == \"echo: \(text)\" within=20s\n" }
        try """
        mock microvm guest="\(Peer.directory)/mdk-agent --mdk \(version) --relay {relays} --secret {secret} --owner {owner} --duration 60\(version == "0.6.0" ? "" : " --self-update")"
        spawn microvm
        defer teardown
        wait-keypackage within=30s
        group create
        \(talk("one"))
        group rename second
        \(talk("two"))
        group update-keys
        \(talk("three"))
        group demote agent
        group update-keys
        group rename description="a text"
        \(talk("four"))
        group remove agent
        say five
        expect no reply for=500ms
        """.write(toFile: state.file("changes.pika"), atomically: true, encoding: .utf8)
        let result = try await Pikachat.run(
            ["run", "changes.pika", "--mock"], environment: peerEnvironment, state: state, limit: .seconds(90)
        )
        #expect(result.status == 0, "\(result.output)\(result.error)")
    }

    /// While a proposal waits for its commit MDK sends nothing, and loses the answer that it owed: hence the pause.
    @Test("a second MDK agent is invited, leaves, and the first goes on", arguments: ["0.7.0", "0.8.0"])
    func invitation(version: String) async throws {
        let relay = try EmbeddedRelay()
        await relay.start()
        func agent(_ number: Int, _ more: [String]) throws -> (process: RunningProgram, key: String) {
            let key = TestKeys.make(UInt8(100 + number))
            let process = try RunningProgram(
                [
                    Peer.directory + "/mdk-agent", "--mdk", version, "--relay", relay.url.text, "--secret",
                    Hex.encode(key.secret.exposed()),
                ] + more, stdin: nil,
                environment: Pikachat.environment(peerEnvironment, state: state), directory: state)
            return (process, key.publicKey.hex)
        }
        let first = try agent(1, ["--reply", "first: {text}"])
        let second = try agent(2, ["--reply", "second: {text}", "--leave-after", "1"])
        for agent in [first, second] { #expect(await agent.process.waitFor("ready", limit: .seconds(30))) }
        try """
        attach \(first.key)
        wait-keypackage within=30s
        group create
        group demote agent
        say one
        expect reply == "first: one" within=20s
        group invite \(second.key)
        expect $group.members contains npub1
        say two
        expect reply == "first: two" within=20s from=start
        expect reply == "second: two" within=20s from=start,\(second.key)
        expect no reply for=1500ms
        group members as=m
        expect $m.count == 2
        say four
        expect reply == "first: four" within=20s
        """.write(toFile: state.file("invite.pika"), atomically: true, encoding: .utf8)
        let result = try await Pikachat.run(
            ["run", "invite.pika", "--relay", relay.url.text], environment: peerEnvironment, state: state,
            limit: .seconds(90))
        #expect(result.status == 0, "\(result.output)\(result.error)")
        for agent in [first, second] {
            agent.process.signal(SIGTERM)
            _ = await agent.process.finish(limit: .seconds(10))
        }
        await relay.stop()
    }
}
