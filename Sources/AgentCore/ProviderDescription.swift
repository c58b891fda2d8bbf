import Foundation
import Nostr
import Vocabulary

/// What help, checker, command line and shell need to know about a provider, so that none of them compares
/// provider names.
package struct ProviderDescription: Sendable {
    /// What users type: `fly`.
    package let name: String
    /// How messages spell it: "microVM" in "Connected to microVM agent vm-1".
    package let displayName: String
    /// What it starts, for help: "a Fly machine (brain: stub)".
    package let summary: String
    package let defaultBrain: String
    /// Whether `agent new` uses this provider when none is named. True for exactly one provider.
    package let isDefault: Bool
    /// Whether the end of a session removes the agent, unless the user keeps it. Otherwise the agent stays
    /// running.
    package let removesAgentAtEnd: Bool
    /// What it asks of its control plane.
    package var calls: [ProviderCall] = []
    /// Whether its control plane removes anything at all.
    package var canRemove = true
    /// Whether users are assumed to use this provider at its default address: an unreachable address is then
    /// a fault that `doctor` reports, even if nobody set the address.
    package let isAssumedConfigured: Bool
    package let parameters: [Parameter]
    /// Environment variables that it reads in addition to those of its parameters.
    package let variables: [Variable]
    /// Builds the provider from its parameters.
    package let make: @Sendable (ParameterSet, ProviderEnvironment) throws -> any Provider

    package init(
        name: String, displayName: String, summary: String, defaultBrain: String, isDefault: Bool = false,
        removesAgentAtEnd: Bool, isAssumedConfigured: Bool = false, parameters: [Parameter],
        variables: [Variable],
        make: @escaping @Sendable (ParameterSet, ProviderEnvironment) throws -> any Provider
    ) {
        self.name = name
        self.displayName = displayName
        self.summary = summary
        self.defaultBrain = defaultBrain
        self.isDefault = isDefault
        self.removesAgentAtEnd = removesAgentAtEnd
        self.isAssumedConfigured = isAssumedConfigured
        self.parameters = parameters
        self.variables = variables
        self.make = make
    }

    /// An environment variable for a credential, or for a setting without an option of its own.
    package struct Variable: Equatable, Sendable {
        package let name: String
        /// What it is for, and whether it is required.
        package let help: String
        /// Whether its value is a credential: a key or a token, by its name.
        package var isSecret: Bool { name.hasSuffix("_KEY") || name.hasSuffix("_TOKEN") }

        package init(_ name: String, _ help: String) {
            self.name = name
            self.help = help
        }
    }

    /// Whether the user has set the variable for the control plane's address.
    package func hasOwnAddress(in environment: [String: String]) -> Bool {
        parameters.contains {
            guard case .url = $0.kind, let name = $0.environment else { return false }
            return !(environment[name] ?? "").allSatisfy(\.isWhitespace)
        }
    }

    /// Builds the provider at the control plane that a ledger entry names.
    package func make(for entry: ResourceLedger.Entry, _ environment: ProviderEnvironment) throws
        -> any Provider
    {
        let address = parameters.first { if case .url = $0.kind { true } else { false } }
        var given: [String: String] = [:]
        if let address, !entry.url.isEmpty { given[address.name] = entry.url }
        return try make(
            ParameterSet(parameters, given: given, environment: environment.variables), environment)
    }
}

/// What providers take from their surroundings.
package struct ProviderEnvironment: Sendable {
    package let variables: [String: String]
    package let clock: any Clock<Duration>
    package let log: EventLog
    /// Whether the control plane is a mock, which needs no credentials.
    package let isMock: Bool
    /// Maps the URL of a request to the one it is sent to: a mock's, or the same URL.
    package let route: @Sendable (String) -> String

    package init(
        variables: [String: String], clock: any Clock<Duration>, log: EventLog, isMock: Bool = false,
        route: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.variables = variables
        self.clock = clock
        self.log = log
        self.isMock = isMock
        self.route = route
    }

    /// The variable's value; nil if it is unset or blank.
    package func variable(_ name: String) -> String? {
        guard let value = variables[name], !value.allSatisfy(\.isWhitespace) else { return nil }
        return value
    }

    /// A required credential, trimmed and registered for masking. For a mock a missing one is replaced by a
    /// placeholder.
    ///
    /// - Throws: code `require` if it is missing.
    package func secret(_ name: String) throws -> String {
        guard let value = try credential(name) else {
            guard isMock else {
                throw ProviderError(
                    .require, "\(name) is not set",
                    hints: ["export \(name)=…, or use --mock, which needs no credentials"])
            }
            return "mock-\(name.lowercased())"
        }
        return value
    }

    /// An optional credential, trimmed and registered for masking.
    ///
    /// - Throws: code `usage` if it contains white space. One blank may stand behind a scheme: `fly tokens create` prints `FlyV1 fm2_…`.
    package func credential(_ name: String) throws -> String? {
        guard let given = variable(name)?.trimmingCharacters(in: .whitespacesAndNewlines), !given.isEmpty
        else {
            return nil
        }
        let secret =
            given.firstMatch(of: #/^[A-Z][A-Za-z0-9]{0,9} (?=\S)/#).map { given[$0.range.upperBound...] }
            ?? given[...]
        guard !secret.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 }) else {
            throw ProviderError(
                .usage, "\(name) contains spaces or line breaks: copy the complete credential again")
        }
        log.masking.add(given)
        log.masking.add(String(secret))
        return given
    }

    /// A variable that an agent receives unchanged; a key is registered for masking.
    package func forwarded(_ name: String) -> String? {
        guard let value = variable(name) else { return nil }
        if ProviderDescription.Variable(name, "").isSecret { log.masking.add(value) }
        return value
    }
}
