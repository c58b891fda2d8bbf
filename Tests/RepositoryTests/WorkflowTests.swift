import Testing

/// What runs in CI is what was read here, with no more rights than it needs.
@Suite("Workflows")
struct WorkflowTests {
    private static let paths = Repository.files(under: ".github/workflows", ending: ".yml")

    private func lines(_ path: String) throws -> [String] {
        try Repository.text(path).split(separator: "\n").map(String.init)
    }

    @Test("may read the repository and nothing else, and leave no credentials behind", arguments: paths)
    func rights(path: String) throws {
        let lines = try lines(path)
        let permissions = try #require(lines.firstIndex(of: "permissions:"))
        #expect(lines[permissions + 1] == "  contents: read" && lines[permissions + 2] == "jobs:")
        #expect(!lines.contains { $0.contains("write") && $0.contains(": ") && !$0.contains("#") })
        for (number, line) in lines.enumerated() where line.contains("uses: actions/checkout") {
            #expect(
                lines[(number + 1)...].prefix(2).map { $0.filter { $0 != " " } }
                    == ["with:", "persist-credentials:false"])
        }
    }

    @Test("name actions by commit, images and machines by exact version", arguments: paths)
    func pinned(path: String) throws {
        for line in try lines(path) {
            let value = line.split(separator: ":", maxSplits: 1).last.map(String.init) ?? ""
            if line.contains("uses:") {
                #expect(value.contains(/@[0-9a-f]{40} # v[0-9]/), "\(path): \(line)")
            } else if line.contains("container:") || line.contains("image:") {
                #expect(value.contains(/:[0-9]+\.[0-9]+\.[0-9]+-|@sha256:[0-9a-f]{64}/), "\(path): \(line)")
            } else if line.contains("runs-on:") {
                #expect(!value.contains("latest"), "\(path): \(line)")
            }
        }
    }

    @Test("a script whose set-up failed does not go on")
    func setup() throws {
        for path in Repository.files(under: "scripts", ending: "") {
            guard let text = try? Repository.text(path), text.hasPrefix("#!/usr/bin/env bash") else {
                continue
            }
            let stops = text.contains("\nset -euo pipefail\n")
            for line in text.split(separator: "\n") where line.hasPrefix("scripts/setup") {
                #expect(stops || line.hasPrefix("scripts/setup || exit 1"), "\(path): \(line)")
            }
        }
    }

    @Test("the library's public packages have exact versions")
    func packages() throws {
        for line in try lines("scripts/peer/requirements.txt") where !line.hasPrefix("#") {
            #expect(line.contains(/^[a-z-]+==[0-9.]+$/), "\(line)")
        }
    }
}
