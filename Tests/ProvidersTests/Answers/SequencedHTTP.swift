import Providers
import Synchronization

/// A control plane that gives its answers in turn, by method and the end of the path; the last one for ever.
final class SequencedHTTP: HTTPClient {
    enum Answer: Sendable {
        case status(Int, String, headers: [String: String] = [:])
        /// Nothing comes; the request may have arrived.
        case silence
    }

    private let answers: Mutex<[ScriptedHTTP.Endpoint: [Answer]]>
    private let received = Mutex<[String]>([])

    init(_ answers: [ScriptedHTTP.Endpoint: [Answer]]) { self.answers = Mutex(answers) }

    /// Method and path of every request.
    var requests: [String] { received.withLock { $0 } }

    func count(_ method: String, _ path: String) -> Int {
        requests.count { $0.hasPrefix(method) && $0.hasSuffix(path) }
    }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let path = String(request.url.prefix { $0 != "?" })
        received.withLock { $0.append("\(request.method) \(path)") }
        let answer: Answer? = answers.withLock { answers in
            let matching = answers.keys.filter { $0.method == request.method && path.hasSuffix($0.path) }
            guard let key = matching.max(by: { $0.path.count < $1.path.count }), let all = answers[key] else {
                return nil
            }
            if all.count > 1 { answers[key]?.removeFirst() }
            return all[0]
        }
        switch answer {
        case .status(let status, let body, let headers):
            return HTTPResponse(status: status, headers: headers, body: Array(body.utf8))
        case .silence: throw HTTPFailure(request, .timeout(request.timeout))
        case nil: return HTTPResponse(status: 404, headers: [:], body: Array("no such page".utf8))
        }
    }
}
