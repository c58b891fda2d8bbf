import AgentCore
import Foundation
import Mocks
import Providers

/// `--allow-faults`: faults of the stages http, spawn and teardown on the way to real control planes. The others need the mock
/// world, whose relay and agent are ours.
struct FaultyHTTPClient: HTTPClient {
    static let stages: [FaultStage] = [.http, .spawn, .teardown]

    let inner: any HTTPClient
    let faults: Faults

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let more: [FaultStage] =
            request.method == "DELETE" ? [.teardown] : request.method == "POST" ? [.spawn] : []
        for stage in [.http] + more {
            switch await faults.next(stage) {
            case nil, .dup: break
            case .status(let status, let retryAfter):
                let headers = retryAfter.map { ["retry-after": "\($0)"] } ?? [:]
                return HTTPResponse(
                    status: status, headers: headers, body: Array("fault at \(stage.rawValue)".utf8))
            case .latency(let time, _): try await Task.sleep(for: time)
            case .hang:
                try await Task.sleep(for: request.timeout)
                throw HTTPFailure(request, .timeout(request.timeout))
            case .reset, .drop:
                // Never sent: nothing can have been created.
                throw HTTPFailure(request, .transport("fault at \(stage.rawValue)", mayHaveArrived: false))
            }
        }
        return try await inner.send(request)
    }
}
