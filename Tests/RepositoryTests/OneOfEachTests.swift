import Foundation
import Testing

/// The founding ideas of docs/architecture.md that a search can check.
@Suite("One way out, one catalogue, nothing process-wide")
struct OneOfEachTests {
    /// Files that write, each to what it owns and nothing else.
    private static let writers: Set<String> = [
        "Sources/PikaShell/Terminal/OutputWriter.swift", "Sources/PikaShell/Terminal/Terminal.swift",
        // The edited line is libedit's own; what it prints besides went through Terminal.
        "Sources/PikaShell/Editor/LineEditor.swift",
    ]

    @Test("only the terminal writes to the terminal")
    func oneWayOut() throws {
        let banned: [Regex<Substring>] = [
            #/\bprint\("/#, #/\bfputs\(/#, #/\bNSLog\(/#, #/debugPrint\(/#,
            #/FileHandle\.standard(?:Output|Error)/#,
            #/STD(?:OUT|ERR)_FILENO/#, #/\bputs\(/#, #/\bprintf\(/#,
        ]
        // The executable hands its descriptors to the terminal, and Terminal.standard does the same.
        let wiring: Set<String> = [
            "Sources/pikachat/Main.swift", "Sources/PikaShell/Terminal/Terminal.swift",
        ]
        for path in Repository.files(under: "Sources", ending: ".swift") where !wiring.contains(path) {
            // A Python program, as text.
            if path.hasSuffix("GuestFiles.swift") { continue }
            for (line, text) in try Repository.code(
                path, mentioning: "rint", "puts(", "NSLog(", "FileHandle", "_FILENO")
            {
                for pattern in banned {
                    #expect(text.firstMatch(of: pattern) == nil, "\(path):\(line): \(text)")
                }
            }
        }
    }

    @Test("descriptors are written to where somebody owns them")
    func ownedDescriptors() throws {
        let owners = [
            "Sources/AgentCore/State/", "Sources/AgentCore/ResourceLedger.swift", "Sources/Marmot/Storage/",
            "Sources/Nostr/WebSocket/", "Sources/PikaShell/Shell/HistoryFile.swift",
            "Sources/PikaShell/Editor/WakePipe.swift", "Sources/PikaShell/Terminal/TerminalModes.swift",
            "Sources/Processes/OutputSink.swift",
            "Sources/Mocks/Server/", "Sources/AgentCore/Ledger/",
            // The protocol of the daemon, which has standard output for itself.
            "Sources/Messenger/Daemon/DescriptorStream.swift",
        ]
        for path in Repository.files(under: "Sources", ending: ".swift") where !Self.writers.contains(path) {
            guard !owners.contains(where: path.hasPrefix) else { continue }
            for (line, text) in try Repository.code(path, mentioning: "write(") {
                #expect(
                    text.firstMatch(of: #/\b(?:Foundation\.|Glibc\.)?p?write\([a-z]\w*, \$/#) == nil,
                    "\(path):\(line): \(text)")
            }
        }
    }

    /// Words that name a command or provider; ordinary words of code among them are left out of the search.
    private static func names() throws -> [String] {
        var names = Set<String>()
        for folder in ["Scripting/Commands", "AgentCommands", "Providers"] {
            for path in Repository.files(under: "Sources/\(folder)", ending: ".swift") {
                let text = try Repository.text(path)
                for match in text.matches(of: #/CommandDescription\(\s*"([a-z -]+)"/#) {
                    names.insert(String(match.1))
                }
                for match in text.matches(of: #/providerName = "(\w+)"/#) { names.insert(String(match.1)) }
            }
        }
        // Also a scheme of addresses, and a value of `from=`.
        return names.subtracting(["http", "start"]).sorted()
    }

    @Test("nothing compares the name of a command or provider")
    func oneCatalogue() throws {
        let names = try Self.names()
        #expect(names.count > 20 && names.contains("microvm") && names.contains("wait-keypackage"))
        for path in Repository.files(under: "Sources", ending: ".swift") {
            guard
                ["Scripting", "AgentCommands", "PikaShell", "pikachat", "AgentCore", "Providers"].contains(
                    where: {
                        path.hasPrefix("Sources/\($0)/")
                    })
            else { continue }
            // Prefixes and blocks are the grammar's own words; options of FaultCommand are its own, too.
            for (line, text) in try Repository.code(
                path, mentioning: "= \"", "case \"", "hasPrefix(\"", ".contains(")
            {
                for name in names {
                    let quoted = "\"\(name)\""
                    let isComparison =
                        text.contains("== \(quoted)") || text.contains("!= \(quoted)")
                        || text.contains("case \(quoted)")
                        || text.contains("hasPrefix(\(quoted))")
                        || text.contains(quoted) && text.contains(".contains(")
                    #expect(!isComparison, "\(path):\(line): \(text)")
                }
            }
        }
    }

    @Test("an embedding program finds nothing process-wide changed")
    func nothingProcessWide() throws {
        let banned: [Regex<Substring>] = [
            #/\bsignal\(/#, #/\bsigaction\(/#, #/\bsetenv\(/#, #/\bputenv\(/#, #/\bsetlocale\(/#,
            #/\b_?exit\(/#,
            #/\batexit\(/#, #/\bchdir\(/#, #/\bumask\(/#, #/static let shared\b/#,
            #/ProcessInfo\.processInfo/#,
        ]
        for layer in ["Vocabulary", "Scripting", "PikaShell"] {
            for path in Repository.files(under: "Sources/\(layer)", ending: ".swift") {
                for (line, text) in try Repository.code(path) {
                    // `Terminal.standard` is asked for.
                    if path.hasSuffix("Terminal.swift"), text.contains("environment: ProcessInfo") {
                        continue
                    }
                    for pattern in banned {
                        #expect(text.firstMatch(of: pattern) == nil, "\(path):\(line): \(text)")
                    }
                }
            }
        }
    }
}
