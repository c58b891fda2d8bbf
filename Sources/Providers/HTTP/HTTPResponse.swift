/// One answer from a control plane.
package struct HTTPResponse: Sendable {
    package let status: Int
    /// Values by lower-case name.
    package let headers: [String: String]
    package let body: [UInt8]

    package init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package var text: String { String(decoding: body, as: UTF8.self) }
    package var isSuccess: Bool { (200..<300).contains(status) }

    /// Statuses of passing trouble (RFC 9110 §15.6, and what Cloudflare adds from 520 on).
    static func isPassing(_ status: Int) -> Bool {
        [408, 425, 429].contains(status) || status >= 500 && ![501, 505].contains(status)
    }
}
