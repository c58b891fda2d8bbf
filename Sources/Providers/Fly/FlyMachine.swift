/// Wire types of the Fly Machines API (contracts/fly-openapi.json).
package struct FlyVolumeRequest: Codable, Equatable, Sendable {
    /// Lower-case letters, digits and `_`, 30 at most.
    package var name: String
    package var region: String
    package var sizeGB: Int

    enum CodingKeys: String, CodingKey {
        case name, region
        case sizeGB = "size_gb"
    }
}

package struct FlyVolume: Codable, Equatable, Sendable {
    package var id: String
}

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
        /// By it our machines are found again.
        package var metadata: [String: String]? = nil
    }

    package var name: String
    package var region: String
    package var config: Config
}

package struct FlyMachine: Codable, Equatable, Sendable {
    package var id: String
    package var state: String?
    package var instanceID: String?
    package var region: String?

    enum CodingKeys: String, CodingKey {
        case id, state, region
        case instanceID = "instance_id"
    }
}
