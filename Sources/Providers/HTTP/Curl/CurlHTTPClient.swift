import CCurl
import Foundation
import Vocabulary

/// HTTP/1.1 through libcurl.
///
/// Redirects are not followed: a control plane that redirects was given a wrong address, and a bearer token
/// must not travel to another host. There are no cookies, and no compression is asked for, so that the limit
/// of a body's size holds for what arrives.
///
/// Idempotent requests share connections; every other request gets a connection of its own. On a reused
/// connection libcurl silently resends a request when the server closes without an answer, even one that
/// creates something.
package final class CurlHTTPClient: HTTPClient {
    /// What the connection itself sets.
    private static let reservedHeaders: Set<String> = ["content-length", "transfer-encoding"]

    /// `libcurl/7.88.1`; loads the library.
    package static var libraryVersion: String {
        guard pika_curl_load() == 1, let text = pika_curl_version() else { return "libcurl (not installed)" }
        return String(cString: text).split(separator: " ").first.map(String.init) ?? "libcurl"
    }

    /// Loads the library beside what goes on; whoever knows that a request is coming saves the ten milliseconds that takes.
    package static func prepare() { Thread.detachNewThread { _ = pika_curl_load() } }

    private let authorityFile: String?
    private let loop = TransferLoop()

    /// - Parameter authorityFile: PEM file with authorities to trust in addition to the system's store.
    package init(authorityFile: String? = nil) { self.authorityFile = authorityFile }

    deinit { loop.stop() }

    package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        try Task.checkCancellation()
        if let problem = Self.problem(in: request) {
            throw HTTPFailure(request, .transport(problem, mayHaveArrived: false))
        }
        let transfer = Transfer(request, address: Self.address(request.url), authorityFile: authorityFile)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if transfer.wait(continuation) { loop.begin(transfer) }
            }
        } onCancel: {
            transfer.finish(.failure(CancellationError()))
            loop.abandon(transfer)
        }
    }

    /// Why a request cannot be sent. What it contains is not repeated: a header may be a credential.
    private static func problem(in request: HTTPRequest) -> String? {
        guard let url = URL(string: request.url), let scheme = url.scheme?.lowercased(),
            ["http", "https"].contains(scheme), url.host?.isEmpty == false,
            !request.url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f })
        else { return "the URL is not usable" }
        guard isToken(request.method) else { return "the method is not usable" }
        for header in request.headers {
            guard isToken(header.name) else { return "the name of a header is not usable" }
            guard !reservedHeaders.contains(header.name.lowercased()) else {
                return "the header \(header.name) is set by the connection itself: leave it out"
            }
            guard !header.value.unicodeScalars.contains(where: isControl) else {
                return "the header \(header.name) contains a control character"
            }
        }
        return nil
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
    }

    private static func isControl(_ character: Unicode.Scalar) -> Bool {
        character.value < 0x20 && character != "\t" || character.value == 0x7f
    }

    /// The address in ASCII: a server need not know what else its bytes could mean.
    private static func address(_ url: String) -> String {
        guard !url.utf8.allSatisfy({ $0 < 0x80 }) else { return url }
        return URL(string: url)?.absoluteString ?? url
    }
}
