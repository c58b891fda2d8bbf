import Vocabulary
import AgentCore

/// `--allow-faults` on the way to real control planes. A request that a fault stops was never sent.
package struct FaultyHTTPClient: HTTPClient {
    private let inner: any HTTPClient
    private let faults: LiveFaults
    private let clock: any Clock<Duration>

    package init(inner: any HTTPClient, faults: LiveFaults, clock: any Clock<Duration>) {
        (self.inner, self.faults, self.clock) = (inner, faults, clock)
    }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let more: [FaultStage] =
            request.method == "DELETE" ? [.teardown] : Self.creates(request) ? [.spawn] : []
        for stage in [.http] + more {
            switch await faults.next(stage) {
            case nil, .dup: continue
            case .status(let status, let retryAfter):
                let headers = retryAfter.map { ["retry-after": "\($0)"] } ?? [:]
                // In a control plane's own words: a refusal, not a gateway's guess.
                return HTTPResponse(
                    status: status, headers: headers,
                    body: Array(#"{"error":"fault at \#(stage.rawValue)"}"#.utf8))
            case .latency(let time, _): try await clock.sleep(for: time)
            case .hang:
                try await clock.sleep(for: request.timeout)
                throw HTTPFailure(request, .timeout(request.timeout))
            case .reset, .drop:
                throw HTTPFailure(request, .transport("fault at \(stage.rawValue)", mayHaveArrived: false))
            }
        }
        return try await inner.send(request)
    }

    /// The collections of the three control planes in which a POST makes something.
    private static func creates(_ request: HTTPRequest) -> Bool {
        let path = request.url.prefix { $0 != "?" }
        return request.method == "POST"
            && ["/volumes", "/machines", "/agents", "/vms"].contains { path.hasSuffix($0) }
    }
}
