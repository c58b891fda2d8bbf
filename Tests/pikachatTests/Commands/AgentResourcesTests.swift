import Vocabulary
import AgentCore
import Foundation
import Mocks
import TestSupport
import Testing

@Suite("pikachat agent list, inspect, delete, sweep", .serialized)
struct AgentResourcesTests {
    private let state = TemporaryDirectory()

    private func withWorld(_ body: (MockWorld, [String: String]) async throws -> Void) async throws {
        let world = try MockWorld(relays: nil, directory: state.path)
        await world.start()
        let environment = [
            "PIKA_MICROVM_SPAWNER_URL": world.microVM.url, "PIKA_FLY_API_BASE_URL": world.fly.url,
            "FLY_API_TOKEN": "fly-token-abc",
            "ANTHROPIC_API_KEY": "sk-ant-abcdef", "PIKA_WORKERS_BASE_URL": world.workers.url,
        ]
        do { try await body(world, environment) } catch {
            await world.stop()
            throw error
        }
        await world.stop()
    }

    private func run(_ arguments: [String], _ environment: [String: String], stdin: String = "") async throws
        -> Pikachat.Result
    {
        try await Pikachat.run(arguments, stdin: stdin, environment: environment, state: state)
    }

    @Test("a Fly agent stays, is listed, inspected and deleted with its volume; no secret shows")
    func fly() async throws {
        try await withWorld { world, environment in
            let relay = ["--relay", world.relay.url.text]
            let started = try await run(
                ["agent", "new", "--provider", "fly"] + relay, environment, stdin: "hello\n")
            #expect(started.status == 0, "\(started.error)")
            let id = try #require(await world.fly.machineIDs.first)
            #expect(
                started.error.contains("Machine \(id) is still running.")
                    && started.error.contains("Stop with: fly machine stop \(id) -a pika-bot"))
            let list = try await run(["agent", "list"], environment)
            #expect(list.output.contains("\(id)  fly machine  created  provider: started"), "\(list.output)")
            let inspect = try await run(["agent", "inspect", id], environment)
            #expect(inspect.output.contains("fly machine") && inspect.output.contains("fly volume"))
            let asked = try await run(["agent", "sweep"], environment)
            #expect(
                asked.status == 2 && asked.output.contains("\(id)  fly machine  created"),
                "nobody asked to keep it: \(asked.output)")
            let wrong = try await run(["agent", "delete", "nope"], environment)
            #expect(wrong.status == 2 && wrong.error.contains("does not know nope"))
            var withoutBotKey = environment
            withoutBotKey["ANTHROPIC_API_KEY"] = nil
            let deleted = try await run(["agent", "delete", id], withoutBotKey)
            #expect(deleted.status == 0, "\(deleted.error)")
            #expect(await world.fly.machineIDs.isEmpty)
            #expect(await world.fly.volumeIDs.isEmpty)
            #expect(try await run(["agent", "list"], environment).output == "nothing is running\n")
            for text in [started, list, inspect, deleted].map({ $0.output + $0.error }) {
                #expect(!text.contains("fly-token-abc") && !text.contains("sk-ant-abcdef"))
            }
        }
    }

    @Test("a failed machine takes its volume along")
    func volumeCleanup() async throws {
        try await withWorld { world, environment in
            var rule = FaultRule(.spawn, .status(500, retryAfter: nil))
            rule.after = 1
            await world.add(rule)
            let result = try await run(
                ["agent", "new", "--provider", "fly", "--relay", world.relay.url.text], environment)
            #expect(
                result.status == 4
                    && result.error.contains("failed to create machine: 500 Internal Server Error"),
                "\(result.error)")
            #expect(await world.fly.volumeIDs.isEmpty)
            #expect(try await run(["agent", "list"], environment).output == "nothing is running\n")
        }
    }

    @Test("what a killed run leaves is found and removed", arguments: ["microvm", "fly"])
    func sweep(provider: String) async throws {
        try await withWorld { world, environment in
            try "spawn \(provider)\necho up\nsleep 60s".write(
                toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
            let running = try Pikachat.start(
                ["run", "s.pika", "--relay", world.relay.url.text], environment: environment, state: state)
            #expect(await running.waitFor("up"), "\(running.errorSoFar)")
            running.signal(SIGKILL)
            _ = await running.finish()
            let asked = try await run(["agent", "sweep"], environment)
            #expect(asked.status == 2 && asked.error.contains("sweep --yes"))
            let swept = try await run(["agent", "sweep", "--yes"], environment)
            #expect(
                swept.status == 0 && swept.output.contains("removed \(provider)"),
                "\(swept.output)\(swept.error)")
            #expect(await world.microVM.ids.isEmpty)
            #expect(await world.fly.machineIDs.isEmpty)
            #expect(await world.fly.volumeIDs.isEmpty)
        }
    }

    /// Starts a run of `spawn`, and kills it while the control plane is at it.
    private func killDuringCreation(
        _ arguments: [String], _ world: MockWorld, _ environment: [String: String]
    )
        async throws
    {
        let running = try Pikachat.start(
            arguments + ["--relay", world.relay.url.text], environment: environment, state: state)
        await world.microVM.creationBegan()
        running.signal(SIGKILL)
        _ = await running.finish()
    }

    @Test(
        "a VM whose id never reached us stays open until the control plane is done, and is not taken unasked")
    func interrupted() async throws {
        try await withWorld { world, environment in
            await world.microVM.creations.close()
            try "spawn microvm".write(toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
            try await killDuringCreation(["run", "s.pika"], world, environment)
            let early = try await run(["agent", "sweep", "--yes"], environment)
            #expect(early.status == 6 && early.output.contains("may still be on its way"), "\(early.output)")
            #expect(try await run(["agent", "list"], environment).output.contains("may have been created"))

            await world.microVM.creations.open()
            await world.microVM.creationEnded()
            let id = try #require(await world.microVM.ids.first)
            let swept = try await run(["agent", "sweep", "--yes"], environment)
            #expect(
                swept.status == 6 && swept.output.contains("or somebody else's")
                    && swept.output.contains("curl -X DELETE \(world.microVM.url)/vms/\(id)"),
                "\(swept.output)")
            #expect(await world.microVM.ids == [id])
            let asked = try await run(["agent", "sweep"], environment)
            #expect(asked.output.contains("\(id)  may be somebody else's"), "\(asked.output)")
            let claimed = try await run(["agent", "sweep", "--yes", "--unproven"], environment)
            #expect(
                claimed.status == 0 && claimed.output.contains("removed microvm vm \(id)"),
                "\(claimed.output)")
            #expect(await world.microVM.ids.isEmpty)
        }
    }

    @Test("a VM of somebody else, made at the same moment with other settings, is not even a candidate")
    func strangers() async throws {
        try await withWorld { world, environment in
            let stranger = Task {
                try await Pikachat.run(
                    [
                        "agent", "new", "--provider", "microvm", "--keep", "--ttl-seconds", "600", "--relay",
                        world.relay.url.text,
                    ],
                    environment: environment)
            }
            #expect(try await stranger.value.status == 0)
            let theirs = await world.microVM.ids
            await world.microVM.override("POST", "/vms", with: nil)
            let broken = try await run(
                ["agent", "new", "--provider", "microvm", "--relay", world.relay.url.text], environment)
            #expect(broken.status == 4, "\(broken.error)")
            let swept = try await run(["agent", "sweep", "--yes", "--unproven"], environment)
            #expect(swept.status == 6 && !swept.output.contains("removed"), "\(swept.output)")
            #expect(await world.microVM.ids == theirs)
        }
    }

    @Test("a Fly machine with a name of the user's is found by its metadata")
    func named() async throws {
        try await withWorld { world, environment in
            await world.fly.creations.close()
            let running = try Pikachat.start(
                ["agent", "new", "--provider", "fly", "--name", "bob", "--relay", world.relay.url.text],
                environment: environment, state: state)
            await world.fly.creationsBegan(2)
            running.signal(SIGKILL)
            _ = await running.finish()
            let early = try await run(["agent", "sweep", "--yes"], environment)
            #expect(
                early.status == 6 && early.output.contains("fly machine of an interrupted start may still"),
                "\(early.output)\(early.error)")
            await world.fly.creations.open()
            await world.fly.machineCreated()
            let swept = try await run(["agent", "sweep", "--yes"], environment)
            #expect(
                swept.status == 0 && swept.output.contains("removed fly machine"),
                "\(swept.output)\(swept.error)")
            #expect(await world.fly.machineIDs.isEmpty)
            #expect(await world.fly.volumeIDs.isEmpty)
            let wrong = try await run(
                ["agent", "new", "--provider", "fly", "--name", "../x", "--relay", world.relay.url.text],
                environment)
            #expect(wrong.status == 2 && wrong.error.contains("1 to 63 lower-case"), "\(wrong.error)")
        }
    }

    @Test("an agent that cannot be removed stays in the ledger, and that is no success")
    func notRemovable() async throws {
        try await withWorld { world, environment in
            let started = try await run(
                ["agent", "new", "--provider", "workers", "--relay", world.relay.url.text], environment)
            #expect(started.status == 0, "\(started.error)")
            let id = try #require(await world.workers.ids.first)
            let deleted = try await run(["agent", "delete", id], environment)
            #expect(deleted.status == 6 && deleted.output.contains("cannot be removed"), "\(deleted.output)")
            #expect(try await run(["agent", "list"], environment).output.contains(id))
            let swept = try await run(["agent", "sweep", "--yes"], environment)
            #expect(
                swept.status == 6 && swept.output.contains("pikachat agent keep \(id)"),
                "something is left, and it is said what to do: \(swept.output)")
            let kept = try await run(["agent", "keep", id], environment)
            #expect(kept.status == 0 && kept.output.contains("kept workers agent \(id)"), "\(kept.error)")
            let again = try await run(["agent", "sweep", "--yes"], environment)
            #expect(again.status == 0 && again.output == "nothing was left behind\n", "\(again.output)")
            #expect(
                try await run(["agent", "list"], environment).output.contains("\(id)  workers agent  kept"))
            #expect(try await run(["agent", "sweep", "--yes", "--all"], environment).status == 6)
            #expect(try await run(["agent", "keep", "nope"], environment).status == 2)
        }
    }

    @Test("a sweep that cannot remove ends with status 6")
    func stuck() async throws {
        try await withWorld { world, environment in
            try "spawn microvm\necho up\nsleep 60s".write(
                toFile: state.file("s.pika"), atomically: true, encoding: .utf8)
            let running = try Pikachat.start(
                ["run", "s.pika", "--relay", world.relay.url.text], environment: environment, state: state)
            #expect(await running.waitFor("up"))
            running.signal(SIGKILL)
            _ = await running.finish()
            await world.microVM.override("DELETE", "/vms", with: .error(500, "stuck"))
            let swept = try await run(["agent", "sweep", "--yes"], environment)
            #expect(
                swept.status == 6 && swept.error.contains("manual cleanup: curl -X DELETE"), "\(swept.error)")
        }
    }

    @Test("Workers: the Welcome is handed over, pending replies are awaited, a name is normalised")
    func workers() async throws {
        try await withWorld { world, environment in
            let relay = ["--relay", world.relay.url.text]
            let result = try await run(
                ["agent", "new", "--provider", "workers"] + relay, environment, stdin: "hello\nagain\n")
            #expect(result.status == 0, "\(result.error)")
            #expect(
                result.output.contains("pi> echo: hello") && result.output.contains("pi> echo: again"),
                "\(result.output)")
            #expect(await world.workers.processedWelcomes == 1)
            let id = try #require(await world.workers.ids.first)
            #expect(
                result.error.contains("Workers agent \(id) is still active.")
                    && result.error.contains("Inspect with: \(world.workers.url)/agents/\(id)"))
            await world.add(FaultRule(.agent, .drop))
            let silent = try await run(
                ["agent", "new", "--provider", "workers", "--name", "My Agent!"] + relay, environment)
            #expect(silent.status == 0, "nothing was said, nothing is awaited: \(silent.error)")
            #expect(await world.workers.ids.contains("my-agent"))
        }
    }

    @Test("with --json every result is an object; what only the provider knows is listed too")
    func json() async throws {
        try await withWorld { world, environment in
            let relay = ["--relay", world.relay.url.text]
            let started = try await run(
                ["agent", "new", "--provider", "microvm", "--keep"] + relay, environment)
            #expect(started.status == 0, "\(started.error)")
            let stranger = try await Pikachat.run(
                ["agent", "new", "--provider", "microvm", "--keep"] + relay, environment: environment)
            #expect(stranger.status == 0, "\(stranger.error)")
            let list = try objects(try await run(["agent", "list", "--json"], environment).output)
            #expect(list.count == 2)
            #expect(list.first?["ledger"] as? String == "kept" && list.last?["ledger"] is NSNull)
            #expect(Set(list.compactMap { $0["id"] as? String }) == Set(await world.microVM.ids))
            let id = try #require(list.first?["id"] as? String)
            let inspected = try objects(
                try await run(["agent", "inspect", id, "--json"], environment).output)
            #expect(inspected.first?["state"] as? String == "running, ip=10.0.0.3")
            let deleted = try objects(try await run(["agent", "delete", id, "--json"], environment).output)
            #expect(deleted.map { $0["event"] as? String } == ["removed"])
            let rest = try await run(["agent", "list"], environment)
            #expect(rest.output.contains("not in this ledger"), "\(rest.output)")
        }
    }

    /// Two spawners that count from one have the same names for things.
    @Test("an id that two control planes use is not guessed at")
    func ambiguous() async throws {
        try await withWorld { world, environment in
            let line = { (url: String) in
                #"{"key":"main-\#(url.suffix(4))","change":"kept","provider":"microvm","kind":"vm","id":"vm-1","url":"\#(url)","time":1}"#
            }
            let other = "http://127.0.0.1:1"
            #expect(try await run(["agent", "list"], environment).status == 0)
            try (line(world.microVM.url) + "\n" + line(other) + "\n").write(
                toFile: state.file("pikachat/ledger.ndjson"), atomically: true, encoding: .utf8)
            for verb in ["inspect", "delete"] {
                let result = try await run(["agent", verb, "vm-1"], environment)
                #expect(
                    result.status == 2 && result.error.contains("is the id of 2 resources")
                        && result.error.contains("--url \(other)"), "\(result.error)")
            }
            let one = try await run(["agent", "delete", "vm-1", "--url", world.microVM.url], environment)
            #expect(one.status == 0, "\(one.output)\(one.error)")
            #expect(try await run(["agent", "list"], environment).output.contains(other))
        }
    }

    @Test("a VM that looks newer than ours is asked about, and not forgotten")
    func changedClock() async throws {
        try await withWorld { world, environment in
            let started = try await run(
                ["agent", "new", "--provider", "microvm", "--keep", "--relay", world.relay.url.text],
                environment)
            #expect(started.status == 0, "\(started.error)")
            let path = state.file("pikachat/ledger.ndjson")
            let text = try String(contentsOfFile: path, encoding: .utf8)
            // As if our clock had been ten minutes slow then.
            let earlier = text.replacing(/"(time|deadline)":([0-9]+)/) {
                "\"\($0.output.1)\":\((Int64($0.output.2) ?? 0) - 600_000)"
            }
            try earlier.write(toFile: path, atomically: true, encoding: .utf8)
            let id = try #require(await world.microVM.ids.first)
            let deleted = try await run(["agent", "delete", id], environment)
            #expect(
                deleted.status == 6 && deleted.output.contains("this may be ours, or somebody else's"),
                "\(deleted.status) \(deleted.output)\(deleted.error)")
            #expect(try await run(["agent", "list"], environment).output.contains("\(id)  microvm vm  kept"))
            #expect(await world.microVM.ids == [id])
        }
    }

    @Test("output that cannot be written is a failure")
    func fullOutput() async throws {
        let result = try await Program.run(
            ["sh", "-c", "\"$0\" --help >/dev/full", Pikachat.path], environment: ["PATH": "/usr/bin:/bin"])
        #expect(result.status == 3 && result.error.contains("No space left on device"), "\(result.error)")
    }

    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
        }
    }
}
