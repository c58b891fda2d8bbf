import AgentCore
import Cryptography
import Nostr
import Testing
import Vocabulary

@testable import Providers

/// One thing that is asked of a control plane, and the request that it comes down to.
struct PlaneStep: Sendable, CustomStringConvertible {
    typealias Endpoint = ScriptedHTTP.Endpoint

    let provider: String
    let endpoint: Endpoint
    var isCreation = false
    /// It waits for something, through whatever passing trouble there is, until the pipeline's limit.
    var waits = false
    /// It asks nothing else before.
    var comesFirst = true
    let run: @Sendable (any Provider, ResourceRecorder) async throws -> Void

    var description: String { "\(provider) \(endpoint)" }

    private static let key = String(repeating: "11", count: 32)
    static let suffix = "00112233"

    static func answers(_ provider: String) -> [Endpoint: String] {
        var answers = ControlPlaneAnswersTests.planes.first { $0.provider == provider }?.answers ?? [:]
        for list in ["/machines", "/vms"] { answers[Endpoint("GET", list)] = "[]" }
        for path in ["/machines/m1", "/volumes/vol_1", "/vms/vm-1"] {
            answers[Endpoint("DELETE", path)] = "{}"
        }
        return answers
    }

    private static func start(_ provider: any Provider, _ recorder: ResourceRecorder) async throws {
        let botKey = try Secp256k1SecretKey(hex: key)
        _ = try await provider.provision(
            ProvisionRequest(
                botKey: botKey, owner: botKey.publicKey, relays: [try RelayURL("ws://127.0.0.1:1")],
                name: nil,
                suffix: suffix), ledger: recorder)
    }

    private static func agent(_ kind: String, _ id: String) throws -> ProvisionedAgent {
        ProvisionedAgent(
            id: id, publicKey: try Secp256k1SecretKey(hex: key).publicKey, detail: "",
            fields: ["instance": .text("i1")], resources: [ProviderResource(kind: kind, id: id)])
    }

    private static func create(_ provider: String, _ path: String, first: Bool = false) -> PlaneStep {
        PlaneStep(
            provider: provider, endpoint: Endpoint("POST", path), isCreation: true, comesFirst: first,
            run: start)
    }

    private static func wait(_ provider: String, _ path: String, _ kind: String, _ id: String) -> PlaneStep {
        PlaneStep(provider: provider, endpoint: Endpoint("GET", path), waits: true) { provider, _ in
            try await provider.awaitReadiness(of: agent(kind, id))
        }
    }

    private static func look(_ provider: String, _ path: String, _ kind: String, _ id: String) -> PlaneStep {
        PlaneStep(provider: provider, endpoint: Endpoint("GET", path)) { provider, _ in
            _ = try await provider.inspect(ProviderResource(kind: kind, id: id))
        }
    }

    private static func list(_ provider: String, _ path: String) -> PlaneStep {
        PlaneStep(provider: provider, endpoint: Endpoint("GET", path)) { provider, _ in
            _ = try await provider.list()
        }
    }

    private static func remove(_ provider: String, _ path: String, _ kind: String, _ id: String) -> PlaneStep
    {
        PlaneStep(provider: provider, endpoint: Endpoint("DELETE", path)) { provider, _ in
            try await provider.remove(ProviderResource(kind: kind, id: id))
        }
    }

    private static func check(_ provider: String, _ path: String) -> PlaneStep {
        PlaneStep(provider: provider, endpoint: Endpoint("GET", path)) { provider, _ in
            try await provider.checkControlPlane()
        }
    }

    static let all = [
        create("fly", "/volumes", first: true), create("fly", "/machines"),
        wait("fly", "/machines/m1/wait", "machine", "m1"), look("fly", "/machines/m1", "machine", "m1"),
        list("fly", "/machines"), remove("fly", "/machines/m1", "machine", "m1"),
        remove("fly", "/volumes/vol_1", "volume", "vol_1"),
        check("workers", "/health"), create("workers", "/agents"),
        wait("workers", "/agents/agent-00112233", "agent", "agent-00112233"),
        look("workers", "/agents/agent-00112233", "agent", "agent-00112233"),
        PlaneStep(provider: "workers", endpoint: Endpoint("POST", "/process-welcome")) { provider, _ in
            try await provider.welcomeDelivered(
                DeliveredWelcome(
                    nostrGroupID: "00", wrapID: try #require(EventID(hex: key)), rumorJSON: "{}"),
                to: agent("agent", "agent-00112233"))
        },
        check("microvm", "/healthz"), create("microvm", "/vms"),
        look("microvm", "/vms/vm-1", "vm", "vm-1"), list("microvm", "/vms"),
        remove("microvm", "/vms/vm-1", "vm", "vm-1"),
    ]
}
