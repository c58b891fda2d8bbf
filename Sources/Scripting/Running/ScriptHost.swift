import AgentCore

/// An HTTP answer as scripts see it.
package struct ScriptHTTPResponse: Sendable {
    package let status: Int
    package let headers: [String: String]
    package let text: String

    package init(status: Int, headers: [String: String], text: String) {
        (self.status, self.headers, self.text) = (status, headers, text)
    }
}

/// All that commands can reach: sessions, network, environment. The shell implements it for real and for mocks.
package protocol ScriptHost: Sendable {
    var log: EventLog { get }
    var clock: any Clock<Duration> { get }
    /// Control planes, relay and agent are in this process.
    var isMock: Bool { get }
    /// Somebody sits at a terminal.
    var isTerminal: Bool { get }
    /// The process' environment.
    var variables: [String: String] { get }
    var providers: [ProviderDescription] { get }
    /// For job logs; exists.
    var jobDirectory: String { get }

    /// The session of that name, or the current one.
    func session(named name: String?) async throws -> AgentSession
    /// A session for a new agent, which becomes the current one.
    func openSession(named name: String?) async throws -> AgentSession
    func use(_ name: String) async throws
    /// All sessions, the current one first.
    func sessions() async -> [AgentSession]
    func provider(_ description: ProviderDescription, _ values: ParameterSet) async throws -> any Provider

    func http(
        _ method: String, _ url: String, headers: [(name: String, value: String)], body: String?,
        timeout: Duration
    ) async throws -> ScriptHTTPResponse

    /// What is left at control planes, as the ledger knows it.
    func resources() async throws -> [ResourceLedger.Entry]

    /// `fault STAGE …`; nil clears all.
    func fault(_ rule: FaultRule?) async throws

    /// `mock KIND key=value…`: shapes the mock world.
    func configureMock(_ kind: String, _ values: [String: String]) async throws
}
