import Foundation
import Providers

/// Responses of the control planes, and requests to their mocks.
extension Targets {
    static func controlPlanes() throws -> [FuzzTarget] {
        return [
            FuzzTarget(
                "control-plane-json",
                seeds: bytes(
                    #"{"id":"vm-1","ip":"10.0.0.2","status":"running","x":[1]}"#,
                    #"{"id":"m1","state":"started","region":"iad","instance_id":"i1","config":{}}"#,
                    #"{"id":"a","bot_pubkey":"k","relay_probe":{"relay":"r","ok":true,"status_code":1}}"#)
            ) { bytes in
                read(SpawnerVM.self, bytes)
                read(FlyMachine.self, bytes)
                read(FlyVolume.self, bytes)
                read(AgentStatus.self, bytes)
            },
            FuzzTarget(
                "mock-request-json",
                seeds: bytes(
                    #"{"flake_ref":"f","dev_shell":"d","cpu":1,"memory_mb":1,"ttl_seconds":1,"spawn_variant":"v","guest_autostart":{"command":"c","env":{"A":"b"},"files":{"f":"x"}}}"#,
                    #"{"name":"a","region":"iad","config":{"image":"i","env":{},"guest":{"cpu_kind":"shared","cpus":1,"memory_mb":256},"mounts":[{"volume":"v","path":"/"}]}}"#,
                    #"{"name":"v","region":"iad","size_gb":1}"#,
                    #"{"name":"a","brain":"pi","relay_urls":[],"bot_secret_key_hex":"00"}"#,
                    #"{"group_id":"g","wrapper_event_id_hex":"00","welcome_event_json":"{}"}"#)
            ) { bytes in
                read(CreateVMRequest.self, bytes)
                read(FlyMachineRequest.self, bytes)
                read(FlyVolumeRequest.self, bytes)
                read(CreateAgentRequest.self, bytes)
                read(ProcessWelcomeRequest.self, bytes)
            },
        ]
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) {
        // Rejecting the input is fine; only traps count.
        _ = try? JSONDecoder().decode(type, from: Data(bytes))
    }
}
