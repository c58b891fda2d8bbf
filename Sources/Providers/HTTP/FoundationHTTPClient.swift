import Foundation
import Vocabulary

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// HTTP through Foundation's URLSession.
///
/// Redirects are not followed: a control plane that redirects was given a wrong address, and a bearer token
/// must not travel to another host.
///
/// Idempotent requests share connections; every other request gets a connection of its own. On a reused
/// connection libcurl silently resends a request when the server closes without an answer, even one that
/// creates something. The price: while the first request of a connection is pending, Foundation keeps a core
/// busy polling whether the socket is writable.
package final class FoundationHTTPClient: NSObject, HTTPClient {
    /// Longest body that is accepted.
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
            throw HTTPFailure(request, .transport("the URL is not usable", mayHaveArrived: false))
        }
        var urlRequest = URLRequest(url: url)
        urlRequest.httpMethod = request.method
        urlRequest.httpBody = request.body.map { Data($0) }
        // `withDeadline` below limits the exchange; this ends it at the socket once it is abandoned.
        urlRequest.timeoutInterval = max(1, Double(request.timeout.components.seconds) + 1)
        urlRequest.setValue("pikachat", forHTTPHeaderField: "User-Agent")
        for header in request.headers { urlRequest.setValue(header.value, forHTTPHeaderField: header.name) }
        let isIdempotent = ["GET", "HEAD", "DELETE"].contains(request.method)
        let exchanges = isIdempotent ? exchanges : Exchanges()
        let session = isIdempotent ? session : Self.makeSession(exchanges)
        let task = session.dataTask(with: urlRequest)
        defer { if !isIdempotent { session.finishTasksAndInvalidate() } }
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

    /// Foundation's error codes as text.
    private static func reason(_ error: any Error) -> HTTPFailure.Reason {
        guard let error = error as? URLError else {
            return .transport(VisibleText.line("\(error)"), mayHaveArrived: true)
        }
        switch error.code {
        case .cannotFindHost, .dnsLookupFailed:
            return .transport("unknown host", mayHaveArrived: false)
        case .cannotConnectToHost: return .transport("connection refused", mayHaveArrived: false)
        case .networkConnectionLost, .unknown:
            return .transport("the connection was lost", mayHaveArrived: true)
        case .notConnectedToInternet: return .transport("no network connection", mayHaveArrived: false)
        case .secureConnectionFailed, .serverCertificateUntrusted, .serverCertificateHasBadDate,
            .serverCertificateHasUnknownRoot, .serverCertificateNotYetValid, .clientCertificateRejected:
            return .transport("TLS failed: the server's certificate is not trusted", mayHaveArrived: false)
        // The URL was checked before sending, so "unsupported" refers to the answer.
        case .badServerResponse, .cannotParseResponse, .cannotDecodeContentData, .unsupportedURL:
            return .transport("the connection was lost, or the answer is not HTTP", mayHaveArrived: true)
        case .badURL: return .transport("the URL is not usable", mayHaveArrived: false)
        case .timedOut: return .transport("the connection timed out", mayHaveArrived: true)
        default:
            return .transport("the connection failed (code \(error.code.rawValue))", mayHaveArrived: true)
        }
    }
}
