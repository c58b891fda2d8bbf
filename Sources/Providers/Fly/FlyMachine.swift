/// Body of `POST /volumes` (contracts/fly-openapi.json, CreateVolumeRequest).
package struct FlyVolumeRequest: Codable, Equatable, Sendable {
    /// At most 30 lower-case letters, digits and `_`.
    package var name: String
    package var region: String
    package var sizeGB: Int

    enum CodingKeys: String, CodingKey {
        case name, region
        case sizeGB = "size_gb"
    }
}

/// A volume, as far as it is used here.
package struct FlyVolume: Codable, Equatable, Sendable, ResourceAnswer {
    package var id: String
}

/// Body of `POST /machines` (contracts/fly-openapi.json, CreateMachineRequest).
package struct FlyMachineRequest: Codable, Equatable, Sendable {
    package struct Config: Codable, Equatable, Sendable {
        package struct Guest: Codable, Equatable, Sendable {
            package var cpuKind = "shared"
            package var cpus = 1
            package var memoryMB = 256

            enum CodingKeys: String, CodingKey {
                case cpuKind = "cpu_kind"
                case cpus
                case memoryMB = "memory_mb"
            }
        }

        package struct Mount: Codable, Equatable, Sendable {
            package var volume: String
            package var path: String
        }

        package var image: String
        package var env: [String: String]
        package var guest = Guest()
        package var mounts: [Mount]
        /// Identifies our machines.
        package var metadata: [String: String]? = nil
    }

    package var name: String
    package var region: String
    package var config: Config
}

/// A machine, as far as it is used here.
package struct FlyMachine: Codable, Equatable, Sendable, ResourceAnswer {
    package var id: String
    package var state: String?
    package var instanceID: String?
    package var region: String?

    enum CodingKeys: String, CodingKey {
        case id, state, region
        case instanceID = "instance_id"
    }
}
