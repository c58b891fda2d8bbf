import Foundation
import TestSupport
import Testing

/// Rules about the repository itself, read from its files.
@Suite("The repository")
struct TidyTests {
    @Test("no force-try, no forced cast, no detached task, no sleeping thread in Sources")
    func banned() throws {
        for path in Repository.files(under: "Sources", ending: ".swift") {
            let text = try Repository.text(path)
            for banned in [
                "try!", " as! ", "Task.detached", "usleep(", "Thread.sleep", "TODO", "FIXME", "XXX ",
            ] {
                #expect(!text.contains(banned), "\(path) contains \(banned)")
            }
        }
    }

    @Test("files stay small: 350 lines, tests 500")
    func sizes() throws {
        for (folder, limit) in [
            ("Sources", 350), ("Fuzz", 350), ("Bench", 350), ("Examples", 150), ("Tests", 500),
        ] {
            for path in Repository.files(under: folder, ending: ".swift") {
                #expect(
                    try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false).count
                        <= limit, "\(path)")
            }
        }
    }

    @Test("tests do not sleep")
    func sleeping() throws {
        let word = "sl" + "eep(for"
        for path in Repository.files(under: "Tests", ending: ".swift") {
            #expect(!(try Repository.text(path).contains(word)), "\(path)")
        }
    }

    @Test("no public relay is named but the two defaults")
    func relays() throws {
        let allowed = ["us-east.nostr.pikachat.org", "eu.nostr.pikachat.org"]
        let paths =
            ["Sources", "scripts", "docs", "Tests", "Fuzz", "Bench", ".github", ".ci"]
            .flatMap { Repository.files(under: $0, ending: "") }
            + ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "justfile"]
        for path in Set(paths) {
            guard let text = try? Repository.text(path) else { continue }
            for match in text.matches(of: /(?i)wss?:\/\/([a-z0-9.-]+)/) {
                let host = String(match.output.1).lowercased()
                // Names that cannot belong to anybody (RFC 2606), addresses of this machine, and placeholders.
                let isNobodys =
                    !host.contains(".") || host == "example.com" || host.hasPrefix("127.")
                    || [".example", ".example.com", ".invalid", ".test"].contains(where: host.hasSuffix)
                #expect(allowed.contains(host) || isNobodys, "\(path) names \(host)")
            }
        }
    }

    @Test(
        "every check of MLS and every rule of Marmot stands in its table, and no other, each with a test",
        arguments: [
            ("docs/mls-checks.md", "CHK-[A-Z]+-[0-9]{2}", "MLS"),
            ("docs/marmot-checks.md", "MAR-[A-Z]+-[0-9]{2}", "Marmot"),
        ])
    func checks(table: String, pattern: String, layer: String) throws {
        let pattern = try Regex(pattern)
        func ids(under folder: String) throws -> Set<String> {
            var ids = Set<String>()
            for path in Repository.files(under: folder, ending: ".swift") {
                for match in try Repository.text(path).matches(of: pattern) {
                    ids.insert(String(match.output[0].substring ?? ""))
                }
            }
            return ids
        }
        let listed = Set(
            try Repository.text(table).matches(of: pattern).map { String($0.output[0].substring ?? "") })
        let inCode = try ids(under: "Sources/\(layer)")
        #expect(inCode.subtracting(listed).isEmpty, "not listed: \(inCode.subtracting(listed).sorted())")
        #expect(listed.subtracting(inCode).isEmpty, "not in the code: \(listed.subtracting(inCode).sorted())")
        var tested = try ids(under: "Tests/\(layer)Tests")
        // Some are numbered in a table of mistakes.
        if layer == "Marmot" {
            for match in try Repository.text("Tests/MarmotTests/KeyPackageEventTests.swift")
                .matches(of: /, "([0-9]{2})"|\n *"([0-9]{2})"\n/)
            {
                tested.insert("MAR-KEYPACKAGE-\(match.output.1 ?? match.output.2 ?? "")")
            }
        }
        #expect(listed.subtracting(tested).isEmpty, "without a test: \(listed.subtracting(tested).sorted())")
    }

    @Test("build products and resolved packages stay out of git")
    func ignored() throws {
        let ignore = try Repository.text(".gitignore")
        #expect(ignore.contains(".build/") && ignore.contains("Package.resolved"))
    }
}
