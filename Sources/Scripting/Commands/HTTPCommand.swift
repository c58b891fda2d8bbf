import Vocabulary
import Foundation

/// `http get|post|put|delete URL`
struct HTTPCommand: Command {
    private static let methods = ["get", "post", "put", "delete", "head"]

    var description: CommandDescription {
        var description = CommandDescription(
            "http", "sends a request to an HTTP server; fails unless the answer is 2xx")
        description.words = .list("get|post|put|delete|head URL", required: true)
        description.choices = Self.methods
        description.parameters = [
            Parameter("header", .text, "one header, \"Name: value\""),
            Parameter("body", .text, "what to send"),
            Parameter("status", .integer(100...599), "the status to expect instead of 2xx"),
        ]
        description.results = [
            ("status", "number"), ("text", "of the answer"), ("json", "the answer read as JSON"),
        ]
        description.examples = [
            "http get http://127.0.0.1:8080/healthz within=20s stable=2s",
            "http delete $url/vms/$id status=204",
        ]
        return description
    }

    func problem(in words: [Word]) -> WordProblem? {
        guard let method = words.first?.literal else { return nil }
        guard Self.methods.contains(method.lowercased()) else {
            return WordProblem(
                "http does not know the method \(method)", at: words[0],
                hints: ["known: \(Self.methods.joined(separator: ", "))"])
        }
        guard words.count != 2 else { return nil }
        return WordProblem(
            "http \(method) takes one address", at: words.last,
            hints: ["for example: http get http://127.0.0.1:8080/healthz"])
    }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        guard call.words.count == 2 else { throw Failure(.usage, "http takes a method and an address") }
        var headers: [(name: String, value: String)] = []
        if let header = call.values.text("header") {
            guard let colon = header.firstIndex(of: ":") else {
                throw Failure(.usage, "header= is written \"Name: value\"")
            }
            headers.append(
                (
                    String(header[..<colon]),
                    header[header.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                ))
        }
        let (method, url) = (call.words[0].uppercased(), call.words[1])
        let response = try await script.host.http(
            ScriptHTTPRequest(method, url, headers: headers, body: call.values.text("body")))
        let wanted = call.values.integer("status")
        guard wanted.map({ $0 == response.status }) ?? (200..<300).contains(response.status) else {
            throw Self.failure(method, url, response, wanted)
        }
        return [
            "status": .number(response.status), "text": .text(response.text),
            "json": JSONReader.read(response.text) ?? .none,
        ]
    }

    /// A 404 is retryable here: what is asked for may still come up.
    private static func failure(
        _ method: String, _ url: String, _ response: ScriptHTTPResponse, _ wanted: Int?
    ) -> Failure {
        let code: FailureCode =
            switch response.status {
            case 401, 403: .auth
            case 402: .quota
            case 404, 408, 425, 429, 500...: .unreachable
            default: .protocolError
            }
        let expected = wanted.map { "instead of \($0)" } ?? ""
        return Failure(
            code,
            "\(method) \(url) answered \(response.status) \(expected)".trimmingCharacters(in: .whitespaces)
                + (response.text.isEmpty ? "" : ": \(response.text.cut(to: 300))"))
    }
}
