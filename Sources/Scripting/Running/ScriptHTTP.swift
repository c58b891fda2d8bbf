/// A request of the `http` command.
public struct ScriptHTTPRequest: Sendable {
    /// In upper case.
    public var method: String
    public var url: String
    public var headers: [(name: String, value: String)]
    public var body: String?
    public var timeout: Duration

    public init(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: String? = nil,
        timeout: Duration = .seconds(30)
    ) {
        (self.method, self.url, self.headers, self.body, self.timeout) = (method, url, headers, body, timeout)
    }
}

/// An HTTP answer as scripts see it.
public struct ScriptHTTPResponse: Sendable {
    public let status: Int
    /// Names in lower case.
    public let headers: [String: String]
    public let text: String

    public init(status: Int, headers: [String: String], text: String) {
        (self.status, self.headers, self.text) = (status, headers, text)
    }
}
