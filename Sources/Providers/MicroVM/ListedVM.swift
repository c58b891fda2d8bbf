/// A VM in the spawner's list, with what the spawner repeats of the request that made it.
struct ListedVM: Decodable {
    let vm: SpawnerVM
    /// By the request's names; what is absent, or of another type than text and number, is left out.
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
            // Only the id and the address are promised: the rest narrows the search where it can.
            marks[mark.rawValue] =
                (try? container.decode(String.self, forKey: mark))
                ?? (try? container.decode(Int.self, forKey: mark)).map(String.init)
        }
        self.marks = marks
    }
}
