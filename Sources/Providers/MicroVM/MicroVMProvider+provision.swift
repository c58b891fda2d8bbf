import AgentCore
import Cryptography
import Vocabulary

/// Creating a VM.
extension MicroVMProvider {
    package func provision(_ request: ProvisionRequest, ledger: ResourceRecorder) async throws
        -> ProvisionedAgent
    {
        environment.log.masking.add(Hex.encode(request.botKey.secret.exposed()))
        let body = CreateVMRequest(
            flakeRef: options.flakeRef, devShell: options.devShell, cpu: options.cpu,
            memoryMB: options.memoryMB, ttlSeconds: options.ttlSeconds, spawnVariant: options.variant,
            guestAutostart: try GuestAutostart.make(for: request, forwarding: guestVariables))
        // A wrong address is found out before anything can be left behind.
        do {
            try await checkHealth()
        } catch let failure as HTTPFailure {
            throw ProviderError(
                failure.code, Self.message(failure, plane.url), hints: failure.hints,
                isRetryable: failure.isRetryable)
        }
        for remark in SpawnerLimits.remarks(cpu: options.cpu, memoryMB: options.memoryMB) {
            environment.log.emit(.warning(remark))
        }
        let vm = try await plane.create(
            Creation(
                kind: "vm", noun: "VM", path: "/vms", purpose: "create microvm", marks: marks,
                inspection: "curl \(plane.url)/vms", message: { [url = plane.url] in Self.message($0, url) },
                provider: self),
            body, as: SpawnerVM.self, ledger: ledger, missing: { $0.ip == nil ? "ip" : nil })
        let resource = ProviderResource(kind: "vm", id: vm.id)
        do {
            try await ledger.didCreate(resource.kind, id: resource.id)
        } catch {
            // What the ledger cannot record must not stay.
            try await remove(resource)
            throw error
        }
        if let given = vm.ttlSeconds, given != options.ttlSeconds {
            environment.log.emit(
                .warning(
                    "the spawner gives VM \(vm.id) \(Duration.seconds(given).inSeconds) to live, not \(Duration.seconds(options.ttlSeconds).inSeconds)"
                ))
        }
        let ip = plane.text.value(vm.ip ?? "")
        return ProvisionedAgent(
            id: vm.id, publicKey: request.botKey.publicKey, detail: "ip=\(ip)",
            fields: [
                "id": .text(vm.id), "ip": .text(ip), "provider": .text(name), "url": .text(plane.url),
            ], resources: [resource])
    }

    private static func message(_ failure: HTTPFailure, _ url: String) -> String {
        "failed to create microvm via vm-spawner at \(url): \(failure.cause)"
    }

    /// The parts of the request that the spawner repeats in its records.
    private var marks: [String: String] {
        [
            "flake_ref": options.flakeRef, "dev_shell": options.devShell, "spawn_variant": options.variant,
            "ttl_seconds": "\(options.ttlSeconds)",
        ]
    }
}
