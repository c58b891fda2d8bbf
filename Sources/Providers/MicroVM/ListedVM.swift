/// A VM in the spawner's list, with the parts of its creation request that the spawner repeats.
struct ListedVM: Decodable {
    let vm: SpawnerVM
    /// By name in the request; members that are neither text nor a number are left out.
    let marks: [String: String]

    private enum Mark: String, CodingKey, CaseIterable {
        case flakeRef = "flake_ref"
        case devShell = "dev_shell"
        case spawnVariant = "spawn_variant"
        case ttlSeconds = "ttl_seconds"
    }

    init(from decoder: any Decoder) throws {
        vm = try SpawnerVM(from: decoder)
        let container = try decoder.container(keyedBy: Mark.self)
        var marks: [String: String] = [:]
        for mark in Mark.allCases {
            // Only id and IP address are guaranteed; the rest narrows the search where it is present.
            marks[mark.rawValue] =
                (try? container.decode(String.self, forKey: mark))
                ?? (try? container.decode(Int.self, forKey: mark)).map(String.init)
        }
        self.marks = marks
    }
}
