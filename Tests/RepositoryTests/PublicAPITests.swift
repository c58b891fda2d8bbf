import Foundation
import TestSupport
import Testing

@Suite("what PikaShell offers other packages")
struct PublicAPITests {
    private static let golden = GoldenFile("Tests/Golden/public-api.txt")

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
        let difference = try Self.golden.difference(from: found)
        #expect(difference == nil, "\(difference ?? "")")
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
