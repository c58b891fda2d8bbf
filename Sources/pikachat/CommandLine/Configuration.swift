import Vocabulary
import AgentCore
import Foundation
import Nostr

/// What flags, environment and defaults come to, for one process.
struct Configuration: Sendable {
    var stateDirectory: String
    /// Nil: none was named on the command line.
    var explicitRelays: [RelayURL]?
    var explicitKeyPackageRelays: [RelayURL]?
    var authorityFile: String?
    var isJSON: Bool
    var level: LogEvent.Level
    var environment: [String: String]

    var relays: [RelayURL] { explicitRelays ?? RelayDefaults.relays }

    init(_ arguments: ParsedArguments, environment: [String: String]) throws {
        self.environment = environment
        stateDirectory =
            arguments.value("--state-dir") ?? StateDirectory.defaultPath(environment: environment)
        explicitRelays = try Self.relays(arguments.all("--relay"))
        explicitKeyPackageRelays = try Self.relays(arguments.all("--kp-relay"))
        authorityFile = arguments.value("--ca-file")
        isJSON = arguments.has("--json")
        level = try Self.level(arguments.value("--log-level"))
        if let color = arguments.value("--color"), !ColorOption.values.contains(color) {
            throw Failure(.usage, "--color \(color.cut(to: 40)): must be auto, always or never")
        }
    }

    private static func relays(_ texts: [String]) throws -> [RelayURL]? {
        texts.isEmpty ? nil : try texts.map { try RelayURL($0) }
    }

    private static func level(_ text: String?) throws -> LogEvent.Level {
        guard let text else { return .info }
        guard let level = LogEvent.Level(named: text) else {
            throw Failure(
                .usage, "--log-level \(text.cut(to: 40)): must be error, warn, info, debug or trace")
        }
        return level
    }
}
