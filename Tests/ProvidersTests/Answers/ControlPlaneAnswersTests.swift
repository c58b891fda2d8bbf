import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Nostr
import Testing

@testable import Providers

/// Every member of every answer wrong in every way, one at a time, for all three control planes.
@Suite("Answers of control planes")
struct ControlPlaneAnswersTests {
    typealias Endpoint = ScriptedHTTP.Endpoint

    /// A control plane at its best, and what of it may be wrong.
    struct Plane: Sendable, CustomStringConvertible {
        let provider: String
        let answers: [Endpoint: String]
        /// Members without which we cannot go on.
        let required: [Endpoint: Set<String>]
        /// Members that we read where they are there.
        let optional: [Endpoint: Set<String>]
        let creating: [Endpoint]

        var description: String { provider }
    }

    private static let key = String(repeating: "11", count: 32)
    private static let publicKey = (try? Secp256k1SecretKey(hex: key))?.publicKey.hex ?? ""

    static let planes: [Plane] = [
        Plane(
            provider: "fly",
            answers: [
                Endpoint("POST", "/volumes"):
                    #"{"id":"vol_1","name":"agent_00112233","state":"created","region":"iad","size_gb":1}"#,
                Endpoint("POST", "/machines"):
                    #"{"id":"m1","name":"agent-00112233","state":"created","region":"iad","instance_id":"i1","private_ip":"fdaa::1","config":{"image":"i"},"events":[],"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}"#,
                Endpoint("GET", "/machines/m1/wait"): #"{"ok":true}"#,
                Endpoint("GET", "/machines/m1"):
                    #"{"id":"m1","state":"started","region":"iad","instance_id":"i1"}"#,
            ],
            required: [
                Endpoint("POST", "/volumes"): ["id"], Endpoint("POST", "/machines"): ["id"],
                Endpoint("GET", "/machines/m1/wait"): ["ok"], Endpoint("GET", "/machines/m1"): ["id"],
            ],
            optional: [
                Endpoint("POST", "/machines"): ["state", "region", "instance_id"]
            ],
            creating: [Endpoint("POST", "/volumes"), Endpoint("POST", "/machines")]),
        Plane(
            provider: "workers",
            answers: [
                Endpoint("GET", "/health"): #"{"ok":true,"service":"pika-workers-agent-demo"}"#,
                Endpoint("POST", "/agents"):
                    #"{"id":"agent-00112233","name":"agent-00112233","brain":"pi","status":"booting","created_at_ms":1,"updated_at_ms":1,"ready_at_ms":null,"relay_urls":["wss://r"],"bot_pubkey":"KEY","relay_pubkey":"x","relay_probe":{"relay":"wss://r","ok":true,"status_code":101,"error":"none"},"relay_session":{}}"#,
                Endpoint("GET", "/agents/agent-00112233"):
                    #"{"id":"agent-00112233","bot_pubkey":"KEY","status":"ready","key_package_published_at_ms":5}"#,
                Endpoint("POST", "/process-welcome"):
                    #"{"group_id":"g","created_group":true,"processed_welcomes":1,"mls_group_id_hex":"00","nostr_group_id_hex":"00"}"#,
            ].mapValues { $0.replacingOccurrences(of: "KEY", with: publicKey) },
            required: [
                Endpoint("GET", "/health"): ["ok"], Endpoint("POST", "/agents"): ["id", "bot_pubkey"],
                Endpoint("GET", "/agents/agent-00112233"): [
                    "id", "bot_pubkey", "key_package_published_at_ms",
                ],
            ],
            optional: [
                Endpoint("POST", "/agents"): [
                    "status", "relay_probe", "relay_probe.relay", "relay_probe.ok", "relay_probe.status_code",
                    "relay_probe.error",
                ],
                Endpoint("GET", "/agents/agent-00112233"): ["status"],
                Endpoint("POST", "/process-welcome"): ["processed_welcomes"],
            ],
            creating: [Endpoint("POST", "/agents")]),
        Plane(
            provider: "microvm",
            answers: [
                Endpoint("GET", "/healthz"): #"{"ok":true,"now":"2026-01-01T00:00:00Z","vm_count":0}"#,
                Endpoint("POST", "/vms"):
                    #"{"id":"vm-1","ip":"10.0.0.2","ssh_port":22,"ssh_user":"root","ssh_private_key":"SECRET-1","llm_base_url":"u","llm_session_token":"SECRET-2","status":"running","created_at":"2026-01-01T00:00:00Z","ttl_seconds":7200,"flake_ref":"f","dev_shell":"d","spawn_variant":"prebuilt","phase_timings_ms":{}}"#,
                Endpoint("GET", "/vms/vm-1"): #"{"id":"vm-1","ip":"10.0.0.2","status":"running"}"#,
            ],
            required: [
                Endpoint("GET", "/healthz"): ["ok"], Endpoint("POST", "/vms"): ["id", "ip"],
                Endpoint("GET", "/vms/vm-1"): ["id"],
            ],
            optional: [
                Endpoint("GET", "/healthz"): ["now"]
            ],
            creating: [Endpoint("POST", "/vms")]),
    ]

    /// What a run through a provider came to.
    private struct Outcome {
        let error: (any Error)?
        let requests: [String]
        let open: [ResourceLedger.Entry]
    }

    private func run(_ plane: Plane, _ answers: [Endpoint: HTTPResponse]) async throws -> Outcome {
        let http = ScriptedHTTP(answers)
        let description = try #require(
            ProviderCatalogue.all(http: http).first { $0.name == plane.provider })
        let environment = ProviderEnvironment(
            variables: [
                "FLY_API_TOKEN": "t", "ANTHROPIC_API_KEY": "k", "PIKA_WORKERS_BASE_URL": "http://127.0.0.1:1",
            ], clock: ImpatientClock(pauses: 20), log: EventLog())
        let provider = try description.make(
            ParameterSet(description.parameters, given: [:], environment: environment.variables), environment)
        let ledger = try ResourceLedger(path: nil) { 0 }
        let botKey = try Secp256k1SecretKey(hex: Self.key)
        let request = ProvisionRequest(
            botKey: botKey, owner: botKey.publicKey, relays: [try RelayURL("ws://127.0.0.1:1")], name: nil,
            suffix: "00112233")
        do {
            let agent = try await provider.provision(
                request,
                ledger: ResourceRecorder(
                    ledger: ledger, provider: plane.provider, url: provider.controlPlane, suffix: "00112233"))
            try await provider.awaitReadiness(of: agent)
            try await provider.welcomeDelivered(
                DeliveredWelcome(
                    nostrGroupID: "00", wrapID: try #require(EventID(hex: Self.key)), rumorJSON: "{}"),
                to: agent)
            _ = try await provider.inspect(try #require(agent.resources.first))
            return Outcome(error: nil, requests: http.requests, open: await ledger.open)
        } catch {
            return Outcome(error: error, requests: http.requests, open: await ledger.open)
        }
    }

    private func good(_ plane: Plane) -> [Endpoint: HTTPResponse] {
        var answers = plane.answers.mapValues {
            HTTPResponse(status: 200, headers: [:], body: Array($0.utf8))
        }
        for path in ["/machines/m1", "/volumes/vol_1", "/vms/vm-1", "/metadata/pika_agent"] {
            answers[Endpoint(path.hasSuffix("pika_agent") ? "POST" : "DELETE", path)] = HTTPResponse(
                status: 200, headers: [:], body: [])
        }
        return answers
    }

    @Test("as promised lead to the end", arguments: planes)
    func asPromised(_ plane: Plane) async throws {
        let outcome = try await run(plane, good(plane))
        #expect(outcome.error == nil, "\(outcome.error.map { "\($0)" } ?? "")")
    }

    @Test("with one thing wrong are refused by name, and nothing stays unaccounted for", arguments: planes)
    func distorted(_ plane: Plane) async throws {
        var (refused, accepted) = (0, 0)
        for (endpoint, answer) in plane.answers {
            for distortion in try Distortion.all(of: answer) {
                var answers = good(plane)
                answers[endpoint] = HTTPResponse(status: 200, headers: [:], body: distortion.body)
                let what = "\(plane) \(endpoint), \(distortion)"
                let outcome = try await run(plane, answers)
                let isRequired = distortion.field.map { plane.required[endpoint, default: []].contains($0) }
                let isOptional =
                    distortion.field.map { plane.optional[endpoint, default: []].contains($0) } ?? false
                guard let error = outcome.error else {
                    accepted += 1
                    // A text that is merely odd is a text; what we never read may be anything.
                    let isOdd = ["enormous", "hostile", "empty"].contains {
                        distortion.description.hasSuffix(": \($0)")
                    }
                    // An unusable answer is followed up: the worker knows the agent, and it has our key.
                    let isFollowedUp = endpoint == Endpoint("POST", "/agents")
                    let mayPass =
                        isFollowedUp || isRequired == false && (!isOptional || distortion.isAbsence || isOdd)
                        || distortion.field == "ip" && isOdd
                    #expect(mayPass, "\(what) was accepted")
                    continue
                }
                refused += 1
                #expect(isRequired != false || isOptional, "\(what) was refused: \(error)")
                // Not ready, and not ready again: the pipeline's own limit ends that.
                if error is ImpatientClock.TooManyPauses {
                    #expect(
                        distortion.isAbsence && distortion.field == "key_package_published_at_ms", "\(what)")
                    continue
                }
                let failure = Failure(error)
                #expect(
                    failure.code == .protocolError || failure.code == .notReady, "\(what): \(failure.code)")
                #expect(
                    failure.description.utf8.count < 2500 && !failure.description.contains("SECRET"),
                    "\(what): an error of many pages")
                #expect(
                    !failure.description.unicodeScalars.contains("\u{1b}"), "\(what): raw control characters")
                if let field = distortion.field?.split(separator: ".").last {
                    #expect(
                        failure.message.contains(field) || failure.message.contains("bot pubkey")
                            || failure.message.contains("unhealthy")
                            || failure.message.contains("not started"),
                        "\(what): \(failure.message)")
                }
                // Created and known must be gone again; created and unknown is an open intent, which sweep looks for.
                if plane.creating.contains(endpoint) {
                    for entry in outcome.open {
                        #expect(entry.change == .intent || !plane.isRemovable, "\(what): \(entry)")
                    }
                    if plane.provider == "fly", endpoint.path == "/machines" {
                        #expect(
                            outcome.requests.contains {
                                $0.hasPrefix("DELETE") && $0.hasSuffix("/volumes/vol_1")
                            },
                            "\(what): the volume stays")
                    }
                }
            }
        }
        #expect(
            refused > 20 && (accepted > 5 || plane.provider == "microvm"),
            "\(refused) refused, \(accepted) accepted")
    }

    @Test("when the volume cannot be removed either, both are told, with the command that does it")
    func twoFailures() async throws {
        let plane = try #require(Self.planes.first)
        var answers = good(plane)
        answers[Endpoint("POST", "/machines")] = HTTPResponse(
            status: 422, headers: [:], body: Array(#"{"error":"no capacity"}"#.utf8))
        answers[Endpoint("DELETE", "/volumes/vol_1")] = HTTPResponse(
            status: 500, headers: [:], body: Array("locked".utf8))
        let outcome = try await run(plane, answers)
        let failure = Failure(try #require(outcome.error))
        #expect(failure.code == .leak)
        #expect(failure.message.contains("422") && failure.message.contains("no capacity"))
        #expect(failure.hints.contains { $0.contains("volume vol_1 is left") && $0.contains("locked") })
        #expect(failure.hints.contains { $0.contains("fly volumes destroy vol_1 -a pika-bot") })
        #expect(outcome.open.map(\.id) == ["vol_1"])
    }
}

extension ControlPlaneAnswersTests.Plane {
    /// Workers have no delete.
    var isRemovable: Bool { provider != "workers" }
}
