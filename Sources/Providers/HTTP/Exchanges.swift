import Foundation
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// The exchanges of one URLSession that are in progress, by task identifier.
final class Exchanges: NSObject, URLSessionDataDelegate {
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

    /// Starts an exchange; the stream yields its single outcome.
    ///
    /// A caller that stops listening abandons the exchange. The task is not cancelled but left to end by
    /// itself: Foundation's `cancel()` traps when it races with completion ("not in the registry").
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

    /// Never asks for a password: a 401 is an answer like any other. (Foundation provides no body with it
    /// here.)
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
