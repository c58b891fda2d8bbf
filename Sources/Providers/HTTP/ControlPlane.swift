import AgentCore
import Foundation
import Nostr
import Vocabulary

/// An answer about one resource.
protocol ResourceAnswer: Decodable {
    /// The id that the control plane assigned.
    var id: String { get }
}

/// The client of one provider's HTTP API: builds, authorises and retries requests, checks the status, decodes
/// the answer.
///
/// Every method throws `HTTPFailure` with the provider's hints, and its text is safe to show (`ServerText`).
/// The rules for creating and removing resources are in `ControlPlane+resources.swift`.
struct ControlPlane: Sendable {
    /// Limits for a whole exchange, retries included, by kind of request.
    struct Timeouts: Sendable {
        var read: Duration
        var create: Duration
        var delete: Duration = .seconds(30)
        /// After a creation of unknown outcome.
        var followUp: Duration = ControlPlane.usualFollowUp
    }

    /// Base URL without a trailing slash; paths are appended to it.
    let url: String
    let timeouts: Timeouts
    /// Prepares this server's text for messages, fields and events.
    let text: ServerText
    private let headers: [(name: String, value: String)]
    private let http: any HTTPClient
    private let retry: RetryPolicy
    private let route: @Sendable (String) -> String
    private let hints: @Sendable (HTTPFailure) -> [String]
    /// Whether a failure is this control plane's own word that a resource does not exist.
    let isAbsence: @Sendable (HTTPFailure, ProviderResource) -> Bool
    let clock: any Clock<Duration>

    /// - Parameters:
    ///   - headers: sent with every request, credentials among them.
    ///   - hints: advice for a failure where its message does not suffice.
    ///   - isAbsence: whether a failure is about that very resource, which does not exist: a 404 alone may come
    ///     from a proxy, or mean something greater than the resource.
    init(
        url: String, headers: [(name: String, value: String)] = [], timeouts: Timeouts, http: any HTTPClient,
        environment: ProviderEnvironment, hints: @escaping @Sendable (HTTPFailure) -> [String],
        isAbsence: @escaping @Sendable (HTTPFailure, ProviderResource) -> Bool
    ) {
        self.url = url
        self.timeouts = timeouts
        text = ServerText(masking: environment.log.masking)
        self.headers = headers
        self.http = http
        retry = RetryPolicy(clock: environment.clock)
        route = environment.route
        self.hints = hints
        self.isAbsence = isAbsence
        clock = environment.clock
    }

    /// The header that authorises requests with a bearer token (RFC 6750 §2.1).
    static func bearer(_ token: String) -> (name: String, value: String) {
        ("Authorization", "Bearer \(token)")
    }

    static let jsonContent = (name: "Content-Type", value: "application/json")

    // MARK: Requests

    /// - Parameters:
    ///   - timeout: nil means `timeouts.read`.
    ///   - purpose: completes "failed to …" in errors.
    ///   - isFinal: an answer after which it is not for the retry policy to ask again.
    func get<Answer: Decodable>(
        _ path: String, as type: Answer.Type = Answer.self, timeout: Duration? = nil, purpose: String,
        isFinal: @escaping @Sendable (HTTPResponse) -> Bool = { _ in false }
    ) async throws -> Answer {
        let request = request("GET", path, timeout: timeout ?? timeouts.read, purpose: purpose)
        return try await perform(request, isFinal: isFinal) { try decode(type, from: $0, for: request) }
    }

    /// - Parameter timeout: nil means `timeouts.create`.
    func post<Answer: Decodable>(
        _ path: String, _ body: some Encodable, as type: Answer.Type = Answer.self, timeout: Duration? = nil,
        purpose: String
    ) async throws -> Answer {
        let request = try postRequest(path, body, timeout: timeout, purpose: purpose)
        return try await perform(request) { try decode(type, from: $0, for: request) }
    }

    func delete(_ path: String, of resource: ProviderResource, purpose: String) async throws {
        let request = request("DELETE", path, timeout: timeouts.delete, purpose: purpose)
        // A server that says "not found" with a 500 has said all there is to say.
        try await perform(
            request, isFinal: { isAbsence(HTTPFailure(request, status: $0, text: text), resource) }
        ) { try checkRemoval($0, for: request) }
    }

    /// A server that has removed something says nothing, or says so in JSON. A page is somebody else's, such as a
    /// proxy's that wants to be logged in to, and a 202 only promises (RFC 9110 §15.3.3).
    private func checkRemoval(_ response: HTTPResponse, for request: HTTPRequest) throws {
        struct Word: Decodable {
            let isRefusal: Bool
            private enum Key: String, CodingKey { case ok, error }

            init(from decoder: any Decoder) {
                let members = try? decoder.container(keyedBy: Key.self)
                isRefusal =
                    (try? members?.decode(Bool.self, forKey: .ok)) == false
                    || (try? members?.decode(String.self, forKey: .error)) != nil
            }
        }
        guard response.status != 202 else {
            throw HTTPFailure(
                request, .unusable("the removal is accepted, but not carried out yet", body: ""))
        }
        let body = response.body.drop { [0x20, 0x09, 0x0a, 0x0d].contains($0) }
        guard !body.isEmpty else { return }
        guard let word = try? JSONDecoder().decode(Word.self, from: Data(response.body)), !word.isRefusal
        else {
            throw HTTPFailure(
                request,
                .unusable(
                    "the answer does not say that it is removed", body: text.excerpt(response.body)))
        }
    }

    // MARK: Parts of a request

    /// A POST request, ready to be sent.
    func postRequest(_ path: String, _ body: some Encodable, timeout: Duration? = nil, purpose: String) throws
        -> HTTPRequest
    {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return request(
            "POST", path, body: [UInt8](try encoder.encode(body)), timeout: timeout ?? timeouts.create,
            purpose: purpose)
    }

    private func request(
        _ method: String, _ path: String, body: [UInt8]? = nil, timeout: Duration, purpose: String
    ) -> HTTPRequest {
        var headers = headers
        if body != nil, !headers.contains(where: { $0.name == Self.jsonContent.name }) {
            headers.append(Self.jsonContent)
        }
        return HTTPRequest(
            method, route(url + path), headers: headers, body: body, timeout: timeout, purpose: purpose)
    }

    /// Sends a request, retries where that is safe, and reads the answer if its status is 2xx.
    func perform<Answer>(
        _ request: HTTPRequest, isFinal: @escaping @Sendable (HTTPResponse) -> Bool = { _ in false },
        read: (HTTPResponse) throws -> Answer
    ) async throws -> Answer {
        do {
            let response = try await retry.send(request, by: http, isFinal: isFinal)
            guard response.isSuccess else { throw HTTPFailure(request, status: response, text: text) }
            return try read(response)
        } catch let failure as HTTPFailure {
            throw failure.advised(by: hints(failure))
        }
    }

    func decode<Answer: Decodable>(
        _ type: Answer.Type, from response: HTTPResponse, for request: HTTPRequest
    ) throws -> Answer {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
            let problem = response.body.isEmpty ? "it is empty" : "it is not JSON"
            throw HTTPFailure(
                request,
                .unusable(
                    "the answer is not what was expected: \(problem)", body: text.outline(response.body)))
        } catch let error as DecodingError {
            let problem = text.excerpt(Array(EventJSON.describe(error).utf8))
            throw HTTPFailure(
                request,
                .unusable(
                    "the answer is not what was expected: \(problem)", body: text.outline(response.body)))
        }
    }
}
