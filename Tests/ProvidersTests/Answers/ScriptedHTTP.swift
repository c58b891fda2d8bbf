import Providers
import Synchronization

/// A control plane that gives prepared answers, by method and the end of the path.
final class ScriptedHTTP: HTTPClient {
    struct Endpoint: Hashable, Sendable, CustomStringConvertible {
        let method: String
        /// What the path, without its query, ends with.
        let path: String

        init(_ method: String, _ path: String) { (self.method, self.path) = (method, path) }

        var description: String { "\(method) …\(path)" }
    }

    private let answers: [Endpoint: HTTPResponse]
    private let received = Mutex<[HTTPRequest]>([])

    init(_ answers: [Endpoint: HTTPResponse]) { self.answers = answers }

    /// Every request, in order.
    var sent: [HTTPRequest] { received.withLock { $0 } }

    /// Method and path of every request.
    var requests: [String] { sent.map { "\($0.method) \($0.url.prefix { $0 != "?" })" } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let path = String(request.url.prefix { $0 != "?" })
        received.withLock { $0.append(request) }
        let matching = answers.filter { $0.key.method == request.method && path.hasSuffix($0.key.path) }
        guard let answer = matching.max(by: { $0.key.path.count < $1.key.path.count }) else {
            return HTTPResponse(status: 404, headers: [:], body: Array(#"{"error":"not found"}"#.utf8))
        }
        return answer.value
    }
}
