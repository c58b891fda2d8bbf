import Foundation
import Testing

/// Who may import whom stands in Package.swift, in docs/architecture.md, and in every file; all three say the same.
@Suite("Layers")
struct LayerTests {
    private static let system: Set<String> = [
        "Foundation", "Dispatch", "Synchronization",
    ]
    private static let sources = [
        "Vocabulary", "Cryptography", "MLS", "Nostr", "Marmot", "AgentCore", "Providers", "Processes",
        "Scripting",
        "AgentCommands", "Messenger", "PikaShell", "Mocks", "pikachat",
    ]

    /// Target to dependencies, as Package.swift declares them.
    private static func declared() throws -> [String: Set<String>] {
        let package = try Repository.text("Package.swift")
        var table: [String: Set<String>] = [:]
        for match in package.matches(of: #/layer\(\s*"(\w+)",\s*\[([^\]]*)\]/#) {
            table[String(match.1)] = Set(match.2.matches(of: #/"(\w+)"/#).map { String($0.1) })
        }
        for match in package.matches(of: #/name: "(\w+)",\s*dependencies: \[([^\]]*)\]/#) {
            table[String(match.1)] = Set(match.2.matches(of: #/"(\w+)"/#).map { String($0.1) })
        }
        return table
    }

    private static func imports(of target: String) throws -> [(path: String, module: String)] {
        try Repository.files(under: "Sources/\(target)", ending: ".swift").flatMap { path in
            try Repository.text(path).split(separator: "\n")
                .filter { $0.hasPrefix("import ") || $0.hasPrefix("@_exported import ") }
                .map { (path, String($0.split(separator: " ").last ?? "")) }
        }
    }

    @Test("every import is declared, and every dependency is imported", arguments: sources)
    func imports(target: String) throws {
        let allowed = try #require(try Self.declared()[target], "Package.swift has no \(target)")
        var used = Set<String>()
        for (path, module) in try Self.imports(of: target) where !Self.system.contains(module) {
            used.insert(module)
            #expect(allowed.contains(module), "\(path) imports \(module)")
        }
        #expect(
            allowed.subtracting(used).isEmpty, "\(target) does not use \(allowed.subtracting(used).sorted())")
    }

    @Test("docs/architecture.md draws the same arrows")
    func documented() throws {
        var table: [String: Set<String>] = [:]
        for line in try Repository.text("docs/architecture.md").split(separator: "\n") {
            guard let match = line.firstMatch(of: #/^\| `(\w+)` \| ([^|]*) \|/#) else { continue }
            table[String(match.1)] = Set(match.2.matches(of: #/\w+/#).map { String($0.0) })
        }
        let declared = try Self.declared()
        for target in Self.sources { #expect(table[target] == declared[target], "\(target)") }
    }

    @Test("the language needs no more than Foundation, and the shell knows no agent")
    func independence() throws {
        let declared = try Self.declared()
        #expect(declared["Scripting"] == ["Processes", "Vocabulary"] && declared["Vocabulary"] == [])
        #expect(declared["PikaShell"] == ["Scripting", "Vocabulary", "CLibedit"])
    }
}
