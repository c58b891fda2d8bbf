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

/// A VM as the spawner describes it; only `id` and `ip` are guaranteed.
package struct SpawnerVM: Codable, Equatable, Sendable, ResourceAnswer {
    package var id: String
    package var ip: String
    package var status: String?
    package var createdAt: String?

    enum CodingKeys: String, CodingKey {
        case id, ip, status
        case createdAt = "created_at"
    }

    package init(id: String, ip: String, status: String?, createdAt: String? = nil) {
        self.id = id
        self.ip = ip
        self.status = status
        self.createdAt = createdAt
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
