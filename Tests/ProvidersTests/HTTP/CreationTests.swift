import AgentCore
import Cryptography
import Foundation
import Testing
import Vocabulary

@testable import Providers

@Suite("Creations of unclear outcome")
struct CreationTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint
    private typealias Answer = SequencedHTTP.Answer

    private static let healthy: [Endpoint: [Answer]] = [
        Endpoint("GET", "/healthz"): [.status(200, #"{"ok":true}"#)]
    ]

    private func spawner(_ answers: [Endpoint: [Answer]], given: [String: String] = [:]) throws
        -> ProviderScene
    {
        try ProviderScene("microvm", Self.healthy.merging(answers) { $1 }, given: given)
    }

    @Test("an unusable answer that names a VM: the VM is removed again")
    func named() async throws {
        let scene = try spawner([
            Endpoint("POST", "/vms"): [.status(200, #"{"id":"vm-1","ip":null}"#)],
            Endpoint("DELETE", "/vms/vm-1"): [.status(204, "")],
        ])
        let failure = try await scene.failure()
        #expect(failure.code == .protocolError && failure.message.contains(#""ip" is missing"#), "\(failure)")
        #expect(failure.hints.contains("VM vm-1 was removed again"))
        #expect(scene.http.count("DELETE", "/vms/vm-1") == 1)
        #expect(await scene.open.isEmpty)
    }

    @Test("where it cannot be removed, the ledger knows it, and the command is told")
    func namedAndLeft() async throws {
        let scene = try spawner([
            Endpoint("POST", "/vms"): [.status(200, #"{"id":"vm-1"}"#)],
            Endpoint("DELETE", "/vms/vm-1"): [.status(500, #"{"error":"busy"}"#)],
        ])
        let failure = try await scene.failure()
        #expect(failure.code == .leak)
        #expect(failure.hints.contains { $0.contains("curl -X DELETE") && $0.contains("/vms/vm-1") })
        #expect(await scene.open == ["created vm-1"])
    }

    @Test("a 500 may have left the VM running: it is looked for, and what may be it is named")
    func lateFailure() async throws {
        let now = Date().formatted(.iso8601)
        let scene = try spawner([
            Endpoint("POST", "/vms"): [.status(500, #"{"error":"network setup failed"}"#)],
            Endpoint("GET", "/vms"): [
                .status(200, #"[{"id":"vm-7","ip":"10.0.0.7","created_at":"\#(now)"}]"#)
            ],
        ])
        let failure = try await scene.failure()
        #expect(!failure.isRetryable && !failure.isSafeToRepeat)
        #expect(failure.hints.first?.contains("vm-7") ?? false, "\(failure)")
        #expect(await scene.open == ["intent -"])
        #expect(scene.http.count("POST", "/vms") == 1)
    }

    @Test("a 500 after which there is nothing made nothing")
    func cleanFailure() async throws {
        let scene = try spawner([
            Endpoint("POST", "/vms"): [.status(500, #"{"error":"no capacity"}"#)],
            Endpoint("GET", "/vms"): [.status(200, "[]")],
        ])
        #expect(try await scene.failure().isSafeToRepeat)
        #expect(await scene.open.isEmpty)
    }

    @Test(
        "what may have been carried out is sent once, and stays in the ledger",
        arguments: [
            Answer.status(503, "", headers: ["retry-after": "0"]), .status(502, "<html>"), .status(408, ""),
            .status(500, "<html>"), .status(524, ""), .silence,
        ])
    func once(answer: SequencedHTTP.Answer) async throws {
        let scene = try spawner([
            Endpoint("POST", "/vms"): [answer], Endpoint("GET", "/vms"): [.status(200, "[]")],
        ])
        let failure = try await scene.failure()
        #expect(scene.http.count("POST", "/vms") == 1 && !failure.isSafeToRepeat, "\(failure)")
        #expect(await scene.open == ["intent -"])
    }

    @Test("what took longer than its limit, and is provably ours, is ours")
    func slow() async throws {
        let ours =
            #"{"id":"m1","state":"created","region":"ams","config":{"metadata":{"pika_agent":"00112233"}}}"#
        let scene = try ProviderScene(
            "fly",
            [
                Endpoint("POST", "/volumes"): [.status(200, #"{"id":"vol_1"}"#)],
                Endpoint("POST", "/machines"): [.silence],
                Endpoint("GET", "/machines"): [.status(200, "[]"), .status(200, "[\(ours)]")],
                Endpoint("GET", "/machines/m1"): [.status(200, ours)],
            ])
        let agent = try await scene.provision()
        #expect(agent.id == "m1" && agent.detail == "region=ams")
        #expect(await scene.open == ["created vol_1", "created m1"])
        #expect(scene.http.count("POST", "/machines") == 1)
    }

    @Test("an odd row hides none of the others")
    func oddRows() async throws {
        let scene = try spawner([
            Endpoint("GET", "/vms"): [
                .status(
                    200,
                    #"[{"id":7},"x",null,{"id":"vm-2","ip":null,"status":[]},{"id":"vm-3","ip":"10.0.0.3"}]"#)
            ]
        ])
        #expect(try await scene.provider.list()?.map(\.resource.id) == ["vm-2", "vm-3"])
        let fly = try ProviderScene(
            "fly",
            [
                Endpoint("GET", "/machines"): [
                    .status(
                        200,
                        #"[null,{"id":"m1","state":5,"config":{"metadata":{"pika_agent":"1"}}},{"id":"m2","config":7},{"id":"m3","state":"destroyed","config":{"metadata":{"pika_agent":"1"}}}]"#
                    )
                ]
            ])
        #expect(try await fly.provider.list()?.map(\.resource.id) == ["m1"])
    }

    @Test("what the spawner clamps is told, and does not hide our own VM")
    func clamped() async throws {
        let given = ["ttl-seconds": "604800", "cpu": "32", "memory-mb": "128"]
        let scene = try spawner(
            [Endpoint("POST", "/vms"): [.status(200, #"{"id":"vm-1","ip":"10.0.0.2","ttl_seconds":86400}"#)]],
            given: given)
        _ = try await scene.provision()
        #expect(scene.warnings.count == 3, "\(scene.warnings)")
        #expect(scene.warnings.contains { $0.contains("86400s to live, not 604800s") }, "\(scene.warnings)")
        #expect(
            scene.warnings.contains { $0.contains("16 CPUs") }
                && scene.warnings.contains { $0.contains("512 MiB") })

        let lost = try spawner(
            [
                Endpoint("POST", "/vms"): [.silence],
                Endpoint("GET", "/vms"): [
                    .status(
                        200,
                        #"[{"id":"vm-1","ip":"10.0.0.2","ttl_seconds":86400},{"id":"vm-2","ip":"10.0.0.2","ttl_seconds":3600}]"#
                    )
                ],
            ], given: given)
        let failure = try await lost.failure()
        #expect(failure.hints.first?.contains("vm-1") ?? false, "\(failure)")
        #expect(!failure.hints.contains { $0.contains("vm-2") })
    }

    @Test("a 500 says nothing where the question what is there gets no answer")
    func unanswered() async throws {
        for answer in [Answer.status(401, ""), .status(200, "<html>"), .status(200, #"[{"ID":"vm-1"}]"#)] {
            let scene = try spawner([
                Endpoint("POST", "/vms"): [.status(500, #"{"error":"no"}"#)],
                Endpoint("GET", "/vms"): [answer],
            ])
            #expect(try await !scene.failure().isSafeToRepeat)
            #expect(await scene.open == ["intent -"])
        }
    }

    @Test("what the ledger accounts for has not come from a creation of unclear outcome")
    func others() async throws {
        let scene = try spawner([
            Endpoint("POST", "/vms"): [.status(500, #"{"error":"no"}"#)],
            Endpoint("GET", "/vms"): [.status(200, #"[{"id":"vm-9","ip":"10.0.0.9"}]"#)],
        ])
        let other = ResourceRecorder(
            ledger: scene.ledger, provider: "microvm", url: scene.provider.controlPlane, suffix: "other")
        try await other.didCreate("vm", id: "vm-9")
        let failure = try await scene.failure()
        #expect(!failure.description.contains("vm-9"), "\(failure)")
        #expect(await scene.open == ["created vm-9"])
    }

    @Test("an id that a worker cannot have assigned is none")
    func impossibleID() async throws {
        let key = try Secp256k1SecretKey(hex: ProviderScene.secretKey).publicKey.hex
        let scene = try ProviderScene(
            "workers",
            [
                Endpoint("GET", "/health"): [.status(200, #"{"ok":true}"#)],
                Endpoint("POST", "/agents"): [.status(201, #"{"id":"My.Agent","bot_pubkey":"\#(key)"}"#)],
                Endpoint("GET", "/agents/agent-00112233"): [.status(404, #"{"error":"agent not found"}"#)],
            ])
        #expect(try await scene.failure().message.contains("not a usable id"))
        #expect(await scene.open == ["intent -"])
    }

    @Test("a worker writes a key as it likes, but another key is another agent")
    func keys() async throws {
        let key = try Secp256k1SecretKey(hex: ProviderScene.secretKey).publicKey.hex
        for (text, isOurs) in [
            (" \(key.uppercased())\\n", true), (String(repeating: "22", count: 32), false),
        ] {
            let scene = try ProviderScene(
                "workers",
                [
                    Endpoint("GET", "/health"): [.status(200, #"{"ok":true}"#)],
                    Endpoint("POST", "/agents"): [
                        .status(201, #"{"id":"agent-00112233","bot_pubkey":"\#(text)"}"#)
                    ],
                ])
            if isOurs {
                _ = try await scene.provision()
            } else {
                #expect(try await scene.failure().message.contains("bot pubkey mismatch"))
            }
            #expect(await scene.open == ["created agent-00112233"])
        }
    }

    @Test("limits that are just met are no reason for a warning")
    func exactly() async throws {
        let scene = try spawner(
            [Endpoint("POST", "/vms"): [.status(200, #"{"id":"vm-1","ip":"10.0.0.2","ttl_seconds":86400}"#)]],
            given: ["ttl-seconds": "86400", "cpu": "16", "memory-mb": "65536"])
        _ = try await scene.provision()
        #expect(scene.warnings.isEmpty, "\(scene.warnings)")
    }
}
