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
}
