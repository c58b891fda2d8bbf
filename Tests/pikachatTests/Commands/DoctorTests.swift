import Cryptography
import Foundation
import Mocks
import Nostr
import TestSupport
import Testing

@Suite("pikachat doctor", .serialized)
struct DoctorTests {
    private let state = TemporaryDirectory()

    private func withWorld(_ body: (MockWorld) async throws -> Void) async throws {
        let world = try MockWorld(relays: nil, directory: state.path)
        await world.start()
        do { try await body(world) } catch {
            await world.stop()
            throw error
        }
        await world.stop()
    }

    private func run(_ arguments: [String], _ environment: [String: String] = [:]) async throws
        -> Pikachat.Result
    {
        try await Pikachat.run(["doctor"] + arguments, environment: environment, state: state)
    }

    @Test("finds nothing wrong with a whole set-up, and shows no credential")
    func good() async throws {
        try await withWorld { world in
            let result = try await run(
                ["--relay", world.relay.url.text],
                [
                    "PIKA_MICROVM_SPAWNER_URL": world.microVM.url + "/",
                    "PIKA_FLY_API_BASE_URL": world.fly.url + "/", "FLY_API_TOKEN": "fly-token-abc",
                    "ANTHROPIC_API_KEY": "sk-ant-abcdef", "PIKA_WORKERS_BASE_URL": world.workers.url + "/",
                ])
            #expect(result.status == 0, "\(result.output)")
            for line in [
                "ok    \(world.relay.url.text): connected; accepts kinds 445, 1059, 30443, 443",
                "ok    fly: \(world.fly.url)/v1/apps/pika-bot answers and accepts our credentials",
                "ok    workers: \(world.workers.url) answers and accepts our credentials",
                "ok    microvm: \(world.microVM.url) answers and accepts our credentials",
                "ok    FLY_API_TOKEN: set",
            ] { #expect(result.output.contains(line), "\(line) in \(result.output)") }
            for library in ["OpenSSL 3", "libsecp256k1.so", "libcurl/", "libedit.so"] {
                #expect(result.output.contains(library), "\(result.output)")
            }
            #expect(!result.output.contains("fly-token-abc") && !result.output.contains("sk-ant"))
        }
    }

    @Test("relays are tested for what goes to them: key packages have their own")
    func keyPackageRelay() async throws {
        try await withWorld { world in
            let result = try await run(["--relay", world.relay.url.text, "--kp-relay", "ws://127.0.0.1:1"])
            #expect(result.status == 4)
            #expect(
                result.output.contains("ok    \(world.relay.url.text): connected; accepts kinds 445, 1059\n"))
            #expect(result.output.contains("BAD   ws://127.0.0.1:1: kind 30443"), "\(result.output)")
            // Nobody is there: once is enough.
            #expect(result.output.components(separatedBy: "BAD   ws://").count == 2, "\(result.output)")
        }
    }

    /// A relay that answers nothing before it has everything would keep waiting whoever asks for one thing after the other.
    @Test("relays are tested at the same time, and each for all kinds at the same time")
    func together() async throws {
        let relays = try (0..<2).map { _ in try LoopbackServer() }
        let events = ReceivedEvents(enough: 8)
        for relay in relays { await relay.start { await events.serve($0) } }
        let result = try await run(relays.flatMap { ["--relay", "ws://127.0.0.1:\($0.port)"] })
        #expect(result.status == 0, "\(result.output)")
        for relay in relays { await relay.stop() }
    }

    @Test("a relay that confirms nothing is told of once, with what it said")
    func silent() async throws {
        let relay = try LoopbackServer()
        let events = ReceivedEvents(enough: .max, notice: "we are closed")
        await relay.start { await events.serve($0) }
        let result = try await run(["--relay", "ws://127.0.0.1:\(relay.port)"])
        #expect(result.status == 4)
        #expect(result.output.components(separatedBy: "BAD   ws://").count == 2, "\(result.output)")
        #expect(result.output.contains("did not confirm") && result.output.contains("we are closed"))
        await relay.stop()
    }

    /// Answers all events at once, as soon as there are enough of them.
    private actor ReceivedEvents {
        private let enough: Int
        private let notice: String?
        private var waiting: [(socket: WebSocket, id: String)] = []

        init(enough: Int, notice: String? = nil) { (self.enough, self.notice) = (enough, notice) }

        nonisolated func serve(_ stream: any ByteStream) async {
            await HTTPExchange.serve(
                stream,
                upgrade: { stream, leftover in
                    let socket = WebSocket(
                        over: stream, role: .server, leftover: leftover, random: SystemRandom())
                    while let text = try? await socket.nextText() { await self.received(text, socket) }
                }, respond: { _ in nil })
        }

        private func received(_ text: String, _ socket: WebSocket) async {
            let message = try? EventJSON.decode(IncomingClientMessage.self, from: Array(text.utf8))
            guard case .event(let event)? = message else { return }
            waiting.append((socket, event.claimedID.hex))
            if let notice { try? await socket.send(text: RelayMessageText.notice(notice)) }
            guard waiting.count >= enough else { return }
            for (socket, id) in waiting {
                try? await socket.send(text: RelayMessageText.ok(id: id, accepted: true, message: ""))
            }
            waiting = []
        }
    }

    @Test("an address that is wrong, another service, or a token that is refused is bad, with what to do")
    func endpoints() async throws {
        try await withWorld { world in
            let relay = ["--relay", world.relay.url.text]
            let malformed = try await run(relay, ["PIKA_MICROVM_SPAWNER_URL": "foo"])
            #expect(malformed.status == 4)
            #expect(
                malformed.output.contains("BAD   microvm: spawner-url=foo")
                    && malformed.output.contains("→ correct PIKA_MICROVM_SPAWNER_URL"), "\(malformed.output)")
            let other = try await run(
                relay,
                [
                    "PIKA_MICROVM_SPAWNER_URL": world.fly.url, "PIKA_WORKERS_BASE_URL": world.microVM.url,
                    "FLY_API_TOKEN": "t", "PIKA_FLY_API_BASE_URL": world.workers.url,
                ])
            for provider in ["fly", "workers", "microvm"] {
                #expect(other.output.contains("BAD   \(provider): failed to"), "\(other.output)")
            }
            let relayOnly = try await run(relay, ["FLY_API_TOKEN": "  "])
            #expect(relayOnly.status == 0, "nothing was said of providers: \(relayOnly.output)")
            #expect(relayOnly.output.contains("note  FLY_API_TOKEN: not set"), "\(relayOnly.output)")
            let absent = try await run(relay, ["PIKA_MICROVM_SPAWNER_URL": "http://127.0.0.1:1"])
            #expect(absent.status == 4 && absent.output.contains("BAD   microvm: "), "\(absent.output)")
        }
    }

    @Test("a refused token is bad")
    func tokens() async throws {
        let workers = try MockWorkers(token: "right", faults: Faults()) { AgentTemplate() }
        let fly = try MockFly(token: "right", relays: [], faults: Faults(), template: { AgentTemplate() })
        await workers.start()
        await fly.start()
        try await withWorld { world in
            var environment = [
                "PIKA_WORKERS_BASE_URL": workers.url, "PIKA_FLY_API_BASE_URL": fly.url,
                "PIKA_WORKERS_API_TOKEN": "wrong-token", "FLY_API_TOKEN": "wrong-token",
            ]
            let relay = ["--relay", world.relay.url.text]
            let bad = try await run(relay, environment)
            #expect(bad.status == 4)
            #expect(
                bad.output.contains("BAD   workers:")
                    && bad.output.contains("set PIKA_WORKERS_API_TOKEN to the worker's token"),
                "\(bad.output)")
            #expect(
                bad.output.contains("BAD   fly:") && bad.output.contains("FLY_API_TOKEN must be a token"),
                "\(bad.output)")
            #expect(!bad.output.contains("wrong-token"))
            environment["PIKA_WORKERS_API_TOKEN"] = "right"
            environment["FLY_API_TOKEN"] = "right"
            #expect(try await run(relay, environment).status == 0)
        }
        await workers.stop()
        await fly.stop()
    }

    @Test("a state directory that others can enter is bad; every line is JSON where asked for")
    func openState() async throws {
        try await withWorld { world in
            let path = state.file("open")
            let arguments = ["--relay", world.relay.url.text, "--state-dir", path, "--json"]
            #expect(try await run(arguments).status == 0)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            let result = try await run(arguments)
            #expect(result.status == 4 && result.output.contains("chmod -R go= "), "\(result.output)")
            for line in result.output.split(separator: "\n") {
                #expect(try JSONSerialization.jsonObject(with: Data(line.utf8)) is [String: Any])
            }
        }
    }
}
