import AgentCore
import Foundation
import Nostr
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// HTTP by Foundation's URLSession. Redirects are not followed: a control plane that moves is a wrong address, and a bearer
/// token must not travel to another host.
///
/// What repeats without harm shares connections. Anything else gets one of its own: on a connection that was used before,
/// libcurl sends a request once more, unasked, when the server closes without an answer, also one that creates something.
/// (While a connection's first request is pending, Foundation keeps a core busy: it goes on asking whether the socket can be
/// written. That is the price.)
package final class FoundationHTTPClient: NSObject, HTTPClient {
    /// Largest answer that is read, in bytes.
    private static let maximumBodyBytes = 8 << 20

    private let exchanges = Exchanges()
    private let session: URLSession

    package override init() {
        session = Self.makeSession(exchanges)
        super.init()
    }

    private static func makeSession(_ exchanges: Exchanges) -> URLSession {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpShouldSetCookies = false
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        return URLSession(configuration: configuration, delegate: exchanges, delegateQueue: nil)
    }

    deinit { session.finishTasksAndInvalidate() }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let url = URL(string: request.url), url.host != nil, ["http", "https"].contains(url.scheme)
        else {
            throw HTTPFailure(request, .transport("not a usable address", mayHaveArrived: false))
        }
        var urlRequest = URLRequest(url: url)
        urlRequest.httpMethod = request.method
        urlRequest.httpBody = request.body.map { Data($0) }
        // `withDeadline` below bounds the whole exchange; this ends the one that was abandoned.
        urlRequest.timeoutInterval = max(1, Double(request.timeout.components.seconds) + 1)
        urlRequest.setValue("pikachat", forHTTPHeaderField: "User-Agent")
        for header in request.headers { urlRequest.setValue(header.value, forHTTPHeaderField: header.name) }
        let isRepeatable = ["GET", "HEAD", "DELETE"].contains(request.method)
        let exchanges = isRepeatable ? exchanges : Exchanges()
        let session = isRepeatable ? session : Self.makeSession(exchanges)
        let task = session.dataTask(with: urlRequest)
        defer { if !isRepeatable { session.finishTasksAndInvalidate() } }
        do {
            let outcome = try await withDeadline(request.timeout, clock: ContinuousClock()) {
                for await outcome in exchanges.begin(task, limit: Self.maximumBodyBytes) { return outcome }
                throw CancellationError()
            }
            try Task.checkCancellation()
            switch outcome {
            case .response(let response): return response
            case .tooLarge:
                throw HTTPFailure(
                    request,
                    .unusable("the answer is larger than \(Self.maximumBodyBytes >> 20) MiB", body: ""))
            case .failed(let error): throw HTTPFailure(request, Self.reason(error))
            }
        } catch is DeadlineExceeded {
            throw HTTPFailure(request, .timeout(request.timeout))
        }
    }

    /// Foundation's codes in words.
    private static func reason(_ error: any Error) -> HTTPFailure.Reason {
        guard let error = error as? URLError else { return .transport("\(error)", mayHaveArrived: true) }
        switch error.code {
        case .cannotFindHost, .dnsLookupFailed:
            return .transport("the host is unknown", mayHaveArrived: false)
        case .cannotConnectToHost: return .transport("connection refused", mayHaveArrived: false)
        case .networkConnectionLost, .unknown:
            return .transport("the connection broke off", mayHaveArrived: true)
        case .notConnectedToInternet: return .transport("no network", mayHaveArrived: false)
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected:
            return .transport("TLS failed: the server's certificate is not trusted", mayHaveArrived: false)
        // The address was looked at before: what is not supported is what came back.
        case .badServerResponse, .cannotParseResponse, .cannotDecodeContentData, .unsupportedURL:
            return .transport("the connection broke off, or the answer is not HTTP", mayHaveArrived: true)
        case .badURL: return .transport("not a usable address", mayHaveArrived: false)
        case .timedOut: return .transport("the connection timed out", mayHaveArrived: true)
        default:
            return .transport("the connection failed (code \(error.code.rawValue))", mayHaveArrived: true)
        }
    }
}

/// Exchanges under way, by URLSession's task number.
private final class Exchanges: NSObject, URLSessionDataDelegate {
    enum Outcome: Sendable {
        case response(HTTPResponse)
        case tooLarge
        case failed(any Error)
    }

    private struct Exchange {
        let continuation: AsyncStream<Outcome>.Continuation
        let limit: Int
        var body: [UInt8] = []
    }

    private let running = Mutex<[Int: Exchange]>([:])

    /// Starts the exchange; its one outcome comes on the stream. Whoever stops listening abandons it: Foundation's
    /// `cancel()` traps when it meets a completion ("not in the registry"), so the task is left to end by itself.
    func begin(_ task: URLSessionDataTask, limit: Int) -> AsyncStream<Outcome> {
        let (stream, continuation) = AsyncStream<Outcome>.makeStream()
        running.withLock { $0[task.taskIdentifier] = Exchange(continuation: continuation, limit: limit) }
        task.resume()
        return stream
    }

    private func finish(_ exchange: Exchange, _ outcome: Outcome) {
        exchange.continuation.yield(outcome)
        exchange.continuation.finish()
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let tooLarge: Exchange? = running.withLock { running in
            guard let exchange = running[dataTask.taskIdentifier] else { return nil }
            if exchange.body.count + data.count > exchange.limit {
                return running.removeValue(forKey: dataTask.taskIdentifier)
            }
            running[dataTask.taskIdentifier]?.body.append(contentsOf: data)
            return nil
        }
        if let tooLarge { finish(tooLarge, .tooLarge) }
    }

    /// Nobody is asked for a password: a 401 is an answer. (Foundation here gives no body with it.)
    func urlSession(
        _ session: URLSession, task: URLSessionTask, didReceive challenge: URLAuthenticationChallenge,
        completionHandler: @escaping (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
    ) {
        let exchange = running.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        if let exchange, let http = challenge.failureResponse as? HTTPURLResponse {
            finish(exchange, .response(Self.response(http, body: exchange.body)))
        } else if let exchange {
            finish(exchange, .failed(URLError(.userAuthenticationRequired)))
        }
        completionHandler(.cancelAuthenticationChallenge, nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        let exchange = running.withLock { $0.removeValue(forKey: task.taskIdentifier) }
        guard let exchange else { return }
        finish(exchange, outcome(of: exchange, task, error))
    }

    private func outcome(of exchange: Exchange, _ task: URLSessionTask, _ error: (any Error)?) -> Outcome {
        if let error { return .failed(error) }
        guard let http = task.response as? HTTPURLResponse else {
            return .failed(URLError(.badServerResponse))
        }
        return .response(Self.response(http, body: exchange.body))
    }

    private static func response(_ http: HTTPURLResponse, body: [UInt8]) -> HTTPResponse {
        var headers: [String: String] = [:]
        for (name, value) in http.allHeaderFields { headers["\(name)".lowercased()] = "\(value)" }
        return HTTPResponse(status: http.statusCode, headers: headers, body: body)
    }
}
