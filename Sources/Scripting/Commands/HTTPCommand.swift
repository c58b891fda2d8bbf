import AgentCore
import Foundation

/// `http get|post|put|delete URL`
struct HTTPCommand: Command, WordChecking {
    private static let methods = ["get", "post", "put", "delete", "head"]

    var description: CommandDescription {
        var description = CommandDescription("http", "asks an HTTP service; fails unless the answer is 2xx")
        description.words = .list("get|post|put|delete URL", required: true)
        description.parameters = [
            Parameter("header", .text, "one header, \"Name: value\""),
            Parameter("body", .text, "what is sent"),
            Parameter("status", .integer(100...599), "the status that is wanted instead of 2xx"),
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

    func problem(in words: [Word]) -> Diagnostic? {
        guard let method = words.first?.literal else { return nil }
        guard Self.methods.contains(method.lowercased()) else {
            return Diagnostic(
                code: .usage, message: "\(method) is no HTTP method", range: words[0].range,
                notes: ["known: \(Self.methods.joined(separator: ", "))"])
        }
        return words.count == 2
            ? nil
            : Diagnostic(
                code: .usage, message: "http \(method) takes one address", range: words.last?.range,
                notes: ["for example: http get http://127.0.0.1:8080/healthz"])
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
            method, url, headers: headers, body: call.values.text("body"), timeout: .seconds(30))
        let wanted = call.values.integer("status")
        guard wanted.map({ $0 == response.status }) ?? (200..<300).contains(response.status) else {
            throw Self.failure(method, url, response, wanted)
        }
        return [
            "status": .number(response.status), "text": .text(response.text),
            "json": JSONValue.read(response.text) ?? .none,
        ]
    }

    /// 404 heals for `http`: what is asked for may still come up.
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
                + (response.text.isEmpty ? "" : ": \(response.text.prefix(300))"))
    }
}

/// JSON of the outside world as script values.
enum JSONValue {
    static func read(_ text: String) -> EventValue? {
        guard
            let object = try? JSONSerialization.jsonObject(
                with: Data(text.utf8), options: [.fragmentsAllowed])
        else { return nil }
        return value(object)
    }

    private static func value(_ object: Any) -> EventValue {
        switch object {
        case let text as String: .text(text)
        case let number as NSNumber:
            // On Linux a JSON boolean is an NSNumber whose type encoding is "c".
            if String(cString: number.objCType) == "c" {
                .flag(number.boolValue)
            } else if number.doubleValue == number.doubleValue.rounded(), abs(number.doubleValue) < 9e15 {
                .number(number.intValue)
            } else {
                .text("\(number.doubleValue)")
            }
        case let list as [Any]: .list(list.map(value))
        case let fields as [String: Any]: .record(fields.mapValues(value))
        default: .none
        }
    }
}
