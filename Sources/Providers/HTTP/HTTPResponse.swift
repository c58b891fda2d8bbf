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
}
