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

    @Test("every check of MLS stands in docs/mls-checks.md, and no other, each with a test")
    func mlsChecks() throws {
        let pattern = /CHK-[A-Z]+-[0-9]{2}/
        var inCode = Set<String>()
        for path in Repository.files(under: "Sources/MLS", ending: ".swift") {
            let text = try Repository.text(path)
            guard text.contains("CHK-") else { continue }
            for match in text.matches(of: pattern) { inCode.insert(String(match.output)) }
        }
        let listed = Set(
            try Repository.text("docs/mls-checks.md").matches(of: pattern).map { String($0.output) })
        #expect(inCode.subtracting(listed).isEmpty, "not listed: \(inCode.subtracting(listed).sorted())")
        #expect(listed.subtracting(inCode).isEmpty, "not in the code: \(listed.subtracting(inCode).sorted())")
        var tested = Set<String>()
        for path in Repository.files(under: "Tests/MLSTests", ending: ".swift") {
            for match in try Repository.text(path).matches(of: pattern) {
                tested.insert(String(match.output))
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
