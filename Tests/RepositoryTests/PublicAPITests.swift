import Foundation
import TestSupport
import Testing

@Suite("what PikaShell offers other packages")
struct PublicAPITests {
    private static let golden = "Tests/RepositoryTests/public-api.txt"

    private static let read = Result {
        try ["Vocabulary", "Scripting", "PikaShell"].flatMap {
            Repository.files(under: "Sources/\($0)", ending: ".swift")
        }.map { (path: $0, all: PublicDeclarations(try Repository.text($0)).all) }
    }

    private static func declarations() throws -> [(path: String, all: [PublicDeclarations.Declaration])] {
        try read.get()
    }

    @Test("the public declarations are those that are written down; UPDATE_GOLDEN=1 writes them down anew")
    func pinned() throws {
        let found = try Self.declarations().filter { !$0.all.isEmpty }.map { path, all in
            "# \(path)\n" + all.map { $0.text + "\n" }.joined()
        }.joined(separator: "\n")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            let file = Vectors.repositoryRoot.appendingPathComponent(Self.golden)
            try found.write(to: file, atomically: true, encoding: .utf8)
        }
        let written = (try? Repository.text(Self.golden)) ?? ""
        let difference = found.split(separator: "\n").difference(from: written.split(separator: "\n"))
        let lines = difference.map { change in
            switch change {
            case .insert(_, let line, _): "+ \(line)"
            case .remove(_, let line, _): "- \(line)"
            }
        }
        #expect(
            lines.isEmpty,
            "the public API has changed: \n\(lines.joined(separator: "\n"))\nif that is meant, run UPDATE_GOLDEN=1 swift test --filter PublicAPITests, and review the diff of \(Self.golden)"
        )
    }

    /// Of protocols of the standard library.
    private static let wellKnown: Set<String> = ["description", "==", "<", "hash"]

    @Test("each says what it is for, or carries out a requirement that does")
    func documented() throws {
        let all = try Self.declarations()
        let requirements = Set(all.flatMap(\.all).filter(\.isRequirement).map(\.name))
        for (path, declarations) in all {
            for declaration in declarations where !declaration.isDocumented {
                let isKnown =
                    Self.wellKnown.contains(declaration.name)
                    || !declaration.isRequirement && requirements.contains(declaration.name)
                #expect(isKnown, "\(path):\(declaration.line): \(declaration.text)")
            }
        }
    }

    @Test("the main types show an example")
    func examples() throws {
        let types: Set<String> = [
            "Shell", "Terminal", "Interrupts", "ScriptHost", "Command", "CommandDescription", "CommandCall",
            "CommandCatalogue", "Interpreter", "LogEvent", "EventLog", "Masking", "Failure", "FailureCode",
            "Parameter", "ExpectSubject",
        ]
        var shown = Set<String>()
        for path in try Self.declarations().map(\.path) {
            var comment = ""
            for line in try Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("///") {
                    comment += line
                    continue
                }
                if comment.contains("```swift"), line.hasPrefix("public "),
                    let name = line.firstMatch(
                        of: #/^public (?:final )?(?:struct|class|actor|protocol) (\w+)/#)
                {
                    shown.insert(String(name.1))
                }
                comment = ""
            }
        }
        #expect(types.subtracting(shown).isEmpty)
    }
}
