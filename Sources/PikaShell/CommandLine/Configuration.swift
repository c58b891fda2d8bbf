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
    var level: SessionEvent.Level
    var usesColor: Bool
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
        usesColor = try Self.color(arguments.value("--color"), environment)
    }

    private static func relays(_ texts: [String]) throws -> [RelayURL]? {
        texts.isEmpty ? nil : try texts.map { try RelayURL($0) }
    }

    private static func level(_ text: String?) throws -> SessionEvent.Level {
        switch text ?? "info" {
        case "error": return .error
        case "warn": return .warn
        case "info": return .info
        case "debug": return .debug
        case "trace": return .trace
        case let other:
            throw Failure(
                .usage, "--log-level \(other.prefix(40)): error, warn, info, debug or trace is needed")
        }
    }

    private static func color(_ text: String?, _ environment: [String: String]) throws -> Bool {
        switch text ?? "auto" {
        case "always": return true
        case "never": return false
        case "auto":
            if !(environment["NO_COLOR"] ?? "").isEmpty { return false }
            if !(environment["FORCE_COLOR"] ?? "").isEmpty { return true }
            // One setting for both streams: colours only where neither would put them into a file.
            return isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
                && environment["TERM"] ?? "dumb" != "dumb"
        case let other: throw Failure(.usage, "--color \(other.prefix(40)): auto, always or never is needed")
        }
    }
}
