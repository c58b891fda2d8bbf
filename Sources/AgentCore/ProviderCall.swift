import Vocabulary

/// One kind of request to a control plane: `POST /v1/apps/*/machines`, where `*` is any part of a path.
package struct ProviderCall: Sendable, CustomStringConvertible {
    private let method: String
    private let parts: [Substring]
    private let path: String

    package init(_ method: String, _ path: String) {
        (self.method, self.path) = (method, path)
        parts = path.split(separator: "/")
    }

    package var description: String { "\(method) \(path)" }

    /// Whether an `http` event is such a request.
    package func isMade(in event: LogEvent) -> Bool {
        guard event.fields["method"]?.description == method, let given = event.fields["path"]?.description
        else {
            return false
        }
        let actual = given.prefix { $0 != "?" }.split(separator: "/")
        return actual.count == parts.count && zip(actual, parts).allSatisfy { $1 == "*" || $0 == $1 }
    }
}
