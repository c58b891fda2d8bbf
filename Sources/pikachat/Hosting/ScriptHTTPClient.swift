import AgentCore
import Foundation
import Providers
import Scripting
import Vocabulary

/// Requests of the `http` command. In the mock world, addresses of control planes lead to its mocks, and nothing leaves the machine.
struct ScriptHTTPClient: Sendable {
    let http: any HTTPClient
    let world: MockRun?
    let providers: [ProviderDescription]
    let variables: [String: String]
    /// Every answer comes from a cassette: no address is out of reach.
    let isReplaying: Bool

    func send(_ request: ScriptHTTPRequest) async throws -> ScriptHTTPResponse {
        guard let scheme = URL(string: request.url)?.scheme?.lowercased(), ["http", "https"].contains(scheme)
        else {
            throw Failure(
                .usage, "\(request.url.cut(to: 200)) is not an http address",
                hints: ["for example: http get http://127.0.0.1:8080/healthz"])
        }
        var target = request.url
        if let world {
            guard
                let routed = world.route(request.url, addresses: addresses)
                    ?? (isReplaying ? request.url : nil)
            else {
                throw Failure(
                    .usage, "\(request.url) is not on this machine: with --mock nothing leaves it",
                    hints: ["use the default address of the control plane, or one on 127.0.0.1"])
            }
            target = routed
        }
        let exchange = HTTPRequest(
            request.method, target, headers: request.headers, body: request.body.map { Array($0.utf8) },
            timeout: request.timeout, purpose: "\(request.method.lowercased()) \(request.url)")
        do {
            let response = try await http.send(exchange)
            return ScriptHTTPResponse(
                status: response.status, headers: response.headers, text: response.text)
        } catch let failure as HTTPFailure {
            throw Failure(
                failure.code, "\(request.method) \(request.url): \(failure.cause)",
                isRetryable: failure.isRetryable)
        }
    }

    /// Where the control planes are said to be, by provider.
    private var addresses: [String: String] {
        var addresses: [String: String] = [:]
        for provider in providers {
            guard let parameter = provider.parameters.first(where: { $0.kind == .url }) else { continue }
            let fromEnvironment = parameter.environment.flatMap { variables[$0] }.flatMap {
                $0.isEmpty ? nil : $0
            }
            addresses[provider.name] = fromEnvironment ?? parameter.defaultText
        }
        return addresses
    }
}
