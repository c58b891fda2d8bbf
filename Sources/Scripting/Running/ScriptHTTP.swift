/// A request of the `http` command.
public struct ScriptHTTPRequest: Sendable {
    /// In upper case.
    public var method: String
    /// As the script has it, not checked yet.
    public var url: String
    /// In the order of the script; a name may come twice.
    public var headers: [(name: String, value: String)]
    /// UTF-8; nil sends none.
    public var body: String?
    /// For the whole exchange.
    public var timeout: Duration

    /// - Parameter method: in upper case.
    public init(
        _ method: String, _ url: String, headers: [(name: String, value: String)] = [], body: String? = nil,
        timeout: Duration = .seconds(30)
    ) {
        (self.method, self.url, self.headers, self.body, self.timeout) = (method, url, headers, body, timeout)
    }
}

/// An HTTP answer as scripts see it.
public struct ScriptHTTPResponse: Sendable {
    /// 100 to 599.
    public let status: Int
    /// Names in lower case.
    public let headers: [String: String]
    /// The body, with what is not UTF-8 replaced.
    public let text: String

    /// - Parameter headers: names in lower case.
    public init(status: Int, headers: [String: String], text: String) {
        (self.status, self.headers, self.text) = (status, headers, text)
    }
}
