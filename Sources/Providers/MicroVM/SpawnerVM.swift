import Foundation

/// Body of `POST /vms` (contracts/providers.md, "MicroVM spawner").
package struct CreateVMRequest: Codable, Equatable, Sendable {
    package struct GuestAutostart: Codable, Equatable, Sendable {
        package var command: String
        package var env: [String: String]
        /// Content by path relative to the guest's root.
        package var files: [String: String]

        package init(command: String, env: [String: String], files: [String: String]) {
            self.command = command
            self.env = env
            self.files = files
        }
    }

    package var flakeRef: String
    package var devShell: String
    package var cpu: Int
    package var memoryMB: Int
    package var ttlSeconds: Int
    package var spawnVariant: String
    package var guestAutostart: GuestAutostart

    enum CodingKeys: String, CodingKey {
        case flakeRef = "flake_ref"
        case devShell = "dev_shell"
        case cpu
        case memoryMB = "memory_mb"
        case ttlSeconds = "ttl_seconds"
        case spawnVariant = "spawn_variant"
        case guestAutostart = "guest_autostart"
    }

    package init(
        flakeRef: String, devShell: String, cpu: Int, memoryMB: Int, ttlSeconds: Int, spawnVariant: String,
        guestAutostart: GuestAutostart
    ) {
        self.flakeRef = flakeRef
        self.devShell = devShell
        self.cpu = cpu
        self.memoryMB = memoryMB
        self.ttlSeconds = ttlSeconds
        self.spawnVariant = spawnVariant
        self.guestAutostart = guestAutostart
    }
}

/// A VM as the spawner describes it. Only the id must be readable: what is odd about the rest hides no VM.
package struct SpawnerVM: Decodable, Equatable, Sendable, ResourceAnswer {
    package let id: String
    let ip: String?
    let status: String?
    let createdAt: String?
    /// As the spawner has it, which may be another than was asked for.
    let ttlSeconds: Int?

    private enum Key: String, CodingKey {
        case id, ip, status
        case createdAt = "created_at"
        case ttlSeconds = "ttl_seconds"
    }

    package init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Key.self)
        id = try row.decode(String.self, forKey: .id)
        ip = try? row.decode(String.self, forKey: .ip)
        status = try? row.decode(String.self, forKey: .status)
        createdAt = try? row.decode(String.self, forKey: .createdAt)
        ttlSeconds = try? row.decode(Int.self, forKey: .ttlSeconds)
    }

    /// Milliseconds since 1970; nil if absent or not in RFC 3339 format.
    var createdAtMilliseconds: Int64? { Self.milliseconds(createdAt) }

    static func milliseconds(_ text: String?) -> Int64? {
        guard let text else { return nil }
        for style in [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)] {
            if let date = try? Date(text, strategy: style), abs(date.timeIntervalSince1970) < 1e11 {
                return Int64(date.timeIntervalSince1970 * 1000)
            }
        }
        return nil
    }
}
