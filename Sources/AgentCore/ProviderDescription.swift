import Foundation
import Nostr

/// One provider as help, checker and command line see it.
package struct ProviderDescription: Sendable {
    package let name: String
    package let summary: String
    package let defaultBrain: String
    package let parameters: [Parameter]
    /// What it reads from the environment beside its parameters.
    package let variables: [Variable]
    /// Builds the adapter from its parameters.
    package let make: @Sendable (ParameterSet, ProviderEnvironment) throws -> any Provider

    package init(
        name: String, summary: String, defaultBrain: String, parameters: [Parameter], variables: [Variable],
        make: @escaping @Sendable (ParameterSet, ProviderEnvironment) throws -> any Provider
    ) {
        self.name = name
        self.summary = summary
        self.defaultBrain = defaultBrain
        self.parameters = parameters
        self.variables = variables
        self.make = make
    }

    /// An environment variable: a credential, or a setting that has no option.
    package struct Variable: Equatable, Sendable {
        package let name: String
        /// When it is needed, what it does.
        package let help: String

        package init(_ name: String, _ help: String) {
            self.name = name
            self.help = help
        }
    }

    /// The variable that moves its control plane, and whether the user has set it.
    package func hasOwnAddress(in environment: [String: String]) -> Bool {
        parameters.contains {
            guard case .url = $0.kind, let name = $0.environment else { return false }
            return !(environment[name] ?? "").allSatisfy(\.isWhitespace)
        }
    }

    /// The adapter for something that the ledger remembers.
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

/// What adapters take from outside.
package struct ProviderEnvironment: Sendable {
    package let variables: [String: String]
    package let clock: any Clock<Duration>
    package let log: EventLog
    /// The control plane is a mock: no credentials are needed.
    package let isMock: Bool
    /// Sends control-plane requests elsewhere (mocks); identity otherwise.
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

    /// A variable that is set to more than blanks.
    package func variable(_ name: String) -> String? {
        guard let value = variables[name], !value.allSatisfy(\.isWhitespace) else { return nil }
        return value
    }

    /// A credential: trimmed, registered for masking; a stand-in for mocks.
    ///
    /// - Throws: what is missing and where it goes, code `require`.
    package func secret(_ name: String) throws -> String {
        guard let value = try credential(name) else {
            guard isMock else {
                throw ProviderError(
                    .require, "\(name) is not set", hints: ["export \(name)=…, or try things with --mock"])
            }
            return "mock-\(name.lowercased())"
        }
        return value
    }

    /// A credential that may be missing: trimmed, registered for masking.
    ///
    /// - Throws: code `usage` for one that was not copied whole.
    package func credential(_ name: String) throws -> String? {
        guard let given = variable(name)?.trimmingCharacters(in: .whitespacesAndNewlines), !given.isEmpty
        else {
            return nil
        }
        guard !given.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.value < 0x20 }) else {
            throw ProviderError(.usage, "\(name) has blanks or line ends inside: it was not copied whole")
        }
        log.masking.add(given)
        return given
    }
}
