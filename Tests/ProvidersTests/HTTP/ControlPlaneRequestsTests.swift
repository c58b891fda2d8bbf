import AgentCore
import Cryptography
import Nostr
import Testing
import Vocabulary

@testable import Providers

@Suite("Requests to control planes — contracts/providers.md")
struct ControlPlaneRequestsTests {
    private typealias Endpoint = ScriptedHTTP.Endpoint

    private static let secretKey = String(repeating: "11", count: 32)
    private static let variables = [
        "FLY_API_TOKEN": "fly-token-1", "ANTHROPIC_API_KEY": "sk-ant-abcdefgh",
        "OPENAI_API_KEY": "sk-openai-xyz",
        "PIKA_WORKERS_API_TOKEN": "workers-token-1",
    ]

    private func provider(_ name: String, _ http: any HTTPClient) throws -> any Provider {
        let description = try #require(ProviderCatalogue.all(http: http).first { $0.name == name })
        return try description.make(
            ParameterSet(description.parameters, given: [:], environment: Self.variables),
            ProviderEnvironment(
                variables: Self.variables, clock: ImpatientClock(pauses: 20), log: EventLog()))
    }

    private func provision(_ provider: any Provider) async throws -> ProvisionedAgent {
        let ledger = try ResourceLedger(path: nil) { 0 }
        let botKey = try Secp256k1SecretKey(hex: Self.secretKey)
        return try await provider.provision(
            ProvisionRequest(
                botKey: botKey, owner: botKey.publicKey, relays: [try RelayURL("ws://127.0.0.1:1")],
                name: nil,
                suffix: "00112233"),
            ledger: ResourceRecorder(
                ledger: ledger, provider: provider.name, url: provider.controlPlane, suffix: "00112233"))
    }

    private static func answers(_ bodies: [Endpoint: String]) -> [Endpoint: HTTPResponse] {
        bodies.mapValues { HTTPResponse(status: 200, headers: [:], body: Array($0.utf8)) }
    }

    /// Method, URL, headers and timeout of a request.
    private func line(_ request: HTTPRequest) -> String {
        let headers = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
        return "\(request.method) \(request.url) [\(headers)] \(request.timeout.inSeconds)"
    }

    private func body(_ request: HTTPRequest) -> String {
        String(decoding: request.body ?? [], as: UTF8.self)
    }

    @Test("Fly")
    func fly() async throws {
        let http = ScriptedHTTP(
            Self.answers([
                Endpoint("POST", "/volumes"): #"{"id":"vol_1"}"#,
                Endpoint("POST", "/machines"): #"{"id":"m1","instance_id":"i1"}"#,
                Endpoint("GET", "/machines/m1/wait"): #"{"ok":true}"#, Endpoint("DELETE", "/machines/m1"): "",
                Endpoint("GET", "/machines/m1"): #"{"id":"m1"}"#,
            ]))
        let provider = try provider("fly", http)
        let agent = try await provision(provider)
        try await provider.awaitReadiness(of: agent)
        let machine = try #require(agent.resources.first)
        #expect(try await provider.inspect(machine) == "known")
        try await provider.remove(machine)
        let base = "https://api.machines.dev/v1/apps/pika-bot"
        let headers = "[Authorization: Bearer fly-token-1, Content-Type: application/json]"
        #expect(
            http.sent.map(line) == [
                "POST \(base)/volumes \(headers) 30s", "POST \(base)/machines \(headers) 30s",
                "GET \(base)/machines/m1/wait?state=started&instance_id=i1&timeout=60 \(headers) 75s",
                "GET \(base)/machines/m1 \(headers) 30s",
                "DELETE \(base)/machines/m1?force=true \(headers) 30s",
            ])
        #expect(
            http.sent.map(body) == [
                #"{"name":"agent_00112233","region":"iad","size_gb":1}"#,
                #"{"config":{"env":{"ANTHROPIC_API_KEY":"sk-ant-abcdefgh","NOSTR_SECRET_KEY":"\#(Self.secretKey)","OPENAI_API_KEY":"sk-openai-xyz","STATE_DIR":"/app/state"},"guest":{"cpu_kind":"shared","cpus":1,"memory_mb":256},"image":"registry.fly.io/pika-bot:latest","metadata":{"pika_agent":"00112233"},"mounts":[{"path":"/app/state","volume":"vol_1"}]},"name":"agent-00112233","region":"iad"}"#,
                "", "", "",
            ])
    }

    @Test("Workers")
    func workers() async throws {
        let key = try Secp256k1SecretKey(hex: Self.secretKey).publicKey.hex
        let status = #"{"id":"agent-00112233","bot_pubkey":"\#(key)","key_package_published_at_ms":5}"#
        let http = ScriptedHTTP(
            Self.answers([
                Endpoint("GET", "/health"): #"{"ok":true}"#, Endpoint("POST", "/agents"): status,
                Endpoint("GET", "/agents/agent-00112233"): status, Endpoint("POST", "/process-welcome"): "{}",
            ]))
        let provider = try provider("workers", http)
        let agent = try await provision(provider)
        try await provider.awaitReadiness(of: agent)
        try await provider.welcomeDelivered(
            DeliveredWelcome(
                nostrGroupID: "00", wrapID: try #require(EventID(hex: Self.secretKey)), rumorJSON: "{}"),
            to: agent)
        let base = "http://127.0.0.1:8787"
        let headers = "[Authorization: Bearer workers-token-1, Content-Type: application/json]"
        #expect(
            http.sent.map(line) == [
                "GET \(base)/health \(headers) 10s", "POST \(base)/agents \(headers) 60s",
                "GET \(base)/agents/agent-00112233 \(headers) 10s",
                "POST \(base)/agents/agent-00112233/runtime/process-welcome \(headers) 30s",
            ])
        #expect(
            http.sent.map(body) == [
                "",
                #"{"bot_secret_key_hex":"\#(Self.secretKey)","brain":"pi","name":"agent-00112233","relay_urls":["ws://127.0.0.1:1"]}"#,
                "",
                #"{"group_id":"00","welcome_event_json":"{}","wrapper_event_id_hex":"\#(Self.secretKey)"}"#,
            ])
    }

    @Test("microVM")
    func microVM() async throws {
        let http = ScriptedHTTP(
            Self.answers([
                Endpoint("GET", "/healthz"): #"{"ok":true}"#,
                Endpoint("POST", "/vms"): #"{"id":"vm-1","ip":"10.0.0.2"}"#,
                Endpoint("GET", "/vms/vm-1"): #"{"id":"vm-1","ip":"10.0.0.2"}"#,
                Endpoint("DELETE", "/vms/vm-1"): "",
            ]))
        let provider = try provider("microvm", http)
        let vm = try #require(try await provision(provider).resources.first)
        #expect(try await provider.inspect(vm) == "running, ip=10.0.0.2")
        try await provider.remove(vm)
        let base = "http://127.0.0.1:8080"
        #expect(
            http.sent.map(line) == [
                "GET \(base)/healthz [] 10s", "POST \(base)/vms [Content-Type: application/json] 60s",
                "GET \(base)/vms/vm-1 [] 10s", "DELETE \(base)/vms/vm-1 [] 30s",
            ])
        let body = body(http.sent[1])
        #expect(
            body.hasPrefix(
                #"{"cpu":1,"dev_shell":"default","flake_ref":"github:sledtools/pika","guest_autostart":{"command":"bash /workspace/pika-agent/start-agent.sh","env":{"ANTHROPIC_API_KEY":"sk-ant-abcdefgh","OPENAI_API_KEY":"sk-openai-xyz","PIKA_BOT_PUBKEY":"#
            ), "\(body.prefix(400))")
        #expect(
            body.hasSuffix(#""memory_mb":1024,"spawn_variant":"prebuilt-cow","ttl_seconds":7200}"#),
            "\(body.suffix(200))")
    }

    /// Healthy, and refuses every creation with the request that it received, after `padding` characters.
    private struct Echo: HTTPClient {
        let padding: Int

        func send(_ request: HTTPRequest) async throws -> HTTPResponse {
            guard let body = request.body else {
                return HTTPResponse(status: 200, headers: [:], body: Array(#"{"ok":true}"#.utf8))
            }
            let credentials = request.headers.map(\.value).joined(separator: ":")
            let echo =
                String(repeating: ":", count: padding) + credentials + String(decoding: body, as: UTF8.self)
            return HTTPResponse(
                status: 422, headers: [:], body: Array(#"{"error":\#(JSONText.quoted(echo))}"#.utf8))
        }
    }

    @Test(
        "a refusal that repeats the request shows no part of a secret",
        arguments: ["fly", "workers", "microvm"])
    func echo(name: String) async throws {
        // Steps shorter than the shortest secret: each is cut somewhere.
        for padding in stride(from: 0, to: 290, by: 5) {
            let provider = try provider(name, Echo(padding: padding))
            let error = await #expect(throws: ProviderError.self) { try await provision(provider) }
            let shown = error?.description ?? ""
            #expect(shown.contains("422"), "\(shown)")
            for secret in [Self.secretKey] + Self.variables.values {
                #expect(!shown.contains(secret.prefix(8)), "\(padding): \(shown)")
            }
        }
    }

    @Test("values of an answer that contain a secret are masked, and such an id is refused")
    func secretsInAnswers() async throws {
        func agent(_ answer: String) async throws -> ProvisionedAgent {
            try await provision(
                provider(
                    "microvm",
                    ScriptedHTTP(
                        Self.answers([
                            Endpoint("GET", "/healthz"): #"{"ok":true}"#, Endpoint("POST", "/vms"): answer,
                        ]))))
        }
        let started = try await agent(#"{"id":"vm-1","ip":"\#(Self.secretKey)\nsk-ant-abcdefgh"}"#)
        #expect(started.detail == "ip=‹redacted› ‹redacted›")
        #expect(started.fields["ip"] == .text("‹redacted› ‹redacted›"))
        let error = await #expect(throws: ProviderError.self) {
            try await agent(#"{"id":"\#(Self.secretKey)","ip":"10.0.0.2"}"#)
        }
        #expect(error?.failure.code == .protocolError)
        #expect(!(error?.description.contains("1111") ?? true))
    }
}
