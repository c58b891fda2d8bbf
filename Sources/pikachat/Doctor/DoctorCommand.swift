import Vocabulary
import AgentCore
import Cryptography
import Foundation
import Nostr
import Providers

/// `pikachat doctor`: checks everything a run needs; every failing line says what to do.
struct DoctorCommand: Subcommand {
    var spec: CommandSpec {
        CommandSpec(
            name: "doctor", summary: "checks relays, credentials, endpoints, state directory and libraries",
            details:
                "Publishes one short-lived test event of each kind that is needed, signed with one-time keys. Status 4 when something is wrong."
        )
    }

    func run(_ arguments: ParsedArguments, _ context: CommandContext) async throws -> Int32 {
        guard arguments.positionals.isEmpty else { throw Failure(.usage, "doctor takes no words") }
        let configuration = context.configuration
        let daemon = await DaemonCheck.finding(configuration)
        // Whoever runs there has the state directory, and has read it.
        let state = daemon == nil ? StateCheck.finding(configuration, context.log.masking) : nil
        var findings = [libraries()] + [state, daemon].compactMap { $0 }
        findings += credentials(context.providers, configuration.environment)
        async let relays = RelayCheck.findings(configuration)
        async let endpoints = EndpointCheck(context: context).findings()
        findings += await relays
        findings += await endpoints
        for finding in findings { context.log.emit(finding.event) }
        return findings.contains { $0.verdict == .bad } ? 4 : 0
    }

    private func libraries() -> Finding {
        Finding(
            "libraries", .ok,
            [
                Main.version, LibraryVersions.openSSL, LibraryVersions.file(of: "libsecp256k1"),
                CurlHTTPClient.libraryVersion, LibraryVersions.file(of: "libedit"),
            ].joined(separator: ", "))
    }

    /// Present or not; never shown.
    private func credentials(_ providers: [ProviderDescription], _ environment: [String: String]) -> [Finding]
    {
        var order: [String] = []
        var uses: [String: [String]] = [:]
        for provider in providers {
            for variable in provider.variables where variable.isSecret {
                if uses[variable.name] == nil { order.append(variable.name) }
                uses[variable.name, default: []].append("\(provider.name): \(variable.help)")
            }
        }
        return order.map { name in
            (environment[name] ?? "").allSatisfy(\.isWhitespace)
                ? Finding(name, .note, "not set", advice: uses[name] ?? []) : Finding(name, .ok, "set")
        }
    }
}
