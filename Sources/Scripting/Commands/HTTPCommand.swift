import Foundation
import Vocabulary

/// `http get|post|put|patch|delete|head URL`
struct HTTPCommand: Command {
    private static let methods = ["get", "post", "put", "patch", "delete", "head"]
    private static let usualLimit: Duration = .seconds(30)

    var description: CommandDescription {
        var description = CommandDescription(
            "http", "sends a request to an HTTP server; fails unless the answer is 2xx")
        description.words = .list("\(Self.methods.joined(separator: "|")) URL", required: true)
        description.choices = Self.methods
        description.parameters = [
            Parameter("header", .text, "one header, \"Name: value\"; may be repeated", repeatable: true),
            Parameter("body", .text, "what to send"),
            Parameter("body-file", .text, "a file to send"),
            Parameter("status", .integer(100...599), "the status to expect instead of 2xx"),
        ]
        description.results = [
            ("status", "number"), ("text", "body of the answer"), ("json", "the body read as JSON"),
            ("headers", "of the answer, by name in lower case: ${r.headers.content-type}"),
        ]
        description.details = [
            "timeout= limits one exchange (30 s without it); within= waits for the wanted answer.",
            "post and patch are tried again only if nothing was sent, or with a header Idempotency-Key.",
        ]
        description.examples = [
            "http get http://127.0.0.1:8080/healthz within=20s stable=2s",
            "http delete $url/vms/$id status=204",
        ]
        return description
    }

    func repetition(of call: WrittenCall) -> Repetition {
        let method = call.words.first?.literal?.lowercased() ?? "post"
        guard ["post", "patch"].contains(method) else { return .repeatable }
        let key = call.parameters["header"]?.parts.first
        if case .literal(let text)? = key, text.lowercased().hasPrefix("idempotency-key:") {
            return .repeatable
        }
        return .onlyWithoutEffect
    }

    func problem(in call: WrittenCall) -> WordProblem? {
        let words = call.words
        guard let method = words.first?.literal else { return nil }
        guard Self.methods.contains(method.lowercased()) else {
            return WordProblem(
                "http does not know the method \(method)", at: words[0],
                hints: ["known: \(Self.methods.joined(separator: ", "))"])
        }
        guard words.count == 2 else {
            return WordProblem(
                "http \(method) takes one address", at: words.last,
                hints: ["for example: http get http://127.0.0.1:8080/healthz"])
        }
        if case .literal(let start)? = words[1].parts.first,
            !Self.isAddress(start, isWhole: words[1].literal != nil)
        {
            return WordProblem(
                "\(words[1].source) is not an http address", at: words[1],
                hints: ["it begins with http:// or https://"])
        }
        if call.parameters["body"] != nil, let file = call.parameters["body-file"] {
            return WordProblem("either body= or body-file=, not both", at: file)
        }
        if let address = words[1].literal, !Self.hasHost(address) {
            return WordProblem(
                "\(address.cut(to: 200)) names no host, or a port that does not exist", at: words[1],
                hints: ["for example: http://127.0.0.1:8080/healthz"])
        }
        if let header = call.parameters["header"], let text = header.literal {
            guard text.contains(":"), !text.contains(where: \.isNewline) else {
                return WordProblem("header= is written \"Name: value\", on one line", at: header)
            }
        }
        return nil
    }

    private static func hasHost(_ address: String) -> Bool {
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty else {
            return false
        }
        return parts.port.map { (1...65_535).contains($0) } ?? true
    }

    private static func isAddress(_ text: String, isWhole: Bool) -> Bool {
        let lower = text.lowercased()
        let schemes = ["http://", "https://"]
        return schemes.contains(where: lower.hasPrefix)
            || !isWhole && schemes.contains { $0.hasPrefix(lower) }
    }

    func longestTime(_ call: WrittenCall) -> Duration? { Self.usualLimit }

    func run(_ call: CommandCall, in script: Interpreter) async throws -> [String: EventValue] {
        let (method, url) = (call.words[0].uppercased(), call.words[1])
        guard Self.isAddress(url, isWhole: true) else {
            throw Failure(
                .usage, "\(url.cut(to: 200)) is not an http address",
                hints: ["it begins with http:// or https://"])
        }
        let request = ScriptHTTPRequest(
            method, url, headers: try call.all("header").map(Self.header), body: try body(call),
            timeout: call.timeout ?? Self.usualLimit)
        let response = try await script.host.http(request)
        let result: [String: EventValue] = [
            "status": .number(response.status), "text": .text(response.text),
            "json": JSONValueReader.read(response.text) ?? .none,
            "headers": .record(response.headers.mapValues(EventValue.text)),
        ]
        let wanted = call.values.integer("status")
        guard wanted.map({ $0 == response.status }) ?? (200..<300).contains(response.status) else {
            let text = script.host.log.masking.mask(response.text)
            throw FailedCommand(failure(method, url, response.status, text, wanted), result: result)
        }
        return result
    }

    private static func header(_ text: String) throws -> (name: String, value: String) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Failure(.usage, "header= is written \"Name: value\"")
        }
        let name = String(text[..<colon]).trimmingCharacters(in: .whitespaces)
        let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        guard !name.isEmpty, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            !value.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7f })
        else {
            throw Failure(
                .usage, "a header is one line, and its name has neither blanks nor control characters")
        }
        return (name, value)
    }

    private func body(_ call: CommandCall) throws -> String? {
        guard let path = call.values.text("body-file") else { return call.values.text("body") }
        guard let data = FileManager.default.contents(atPath: path), data.count <= 16 << 20,
            let text = String(validating: data, as: UTF8.self)
        else {
            throw Failure(.require, "body-file=\(path) is not a readable UTF-8 text of at most 16 MiB")
        }
        return text
    }

    /// A 404 is retryable here: what is asked for may still come up. With status= any other answer may still change.
    private func failure(
        _ method: String, _ url: String, _ status: Int, _ text: String, _ wanted: Int?
    ) -> Failure {
        let code: FailureCode =
            switch status {
            case 401, 403: .auth
            case 402: .quota
            case 404, 408, 425, 429, 500...: .unreachable
            default: .protocolError
            }
        let expected = wanted.map { " instead of \($0)" } ?? ""
        return Failure(
            code,
            "\(method) \(url) answered \(status)\(expected)" + (text.isEmpty ? "" : ": \(text.cut(to: 300))"),
            isRetryable: wanted != nil && ![401, 402, 403].contains(status) ? true : nil)
    }
}
