import Foundation
import Nostr

/// A parsed request to a mock server.
package struct ServerRequest: Sendable {
    package let method: String
    /// Percent-decoded path without the query.
    package let path: String
    package let query: [String: String]
    package let head: HTTPHead
    package let body: [UInt8]

    /// The parts of the path between slashes.
    package var segments: [String] { path.split(separator: "/").map(String.init) }
}

package struct ServerResponse: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)] = []
    package var body: [UInt8] = []

    package init(status: Int, fields: [(name: String, value: String)] = [], body: [UInt8] = []) {
        (self.status, self.fields, self.body) = (status, fields, body)
    }

    package static func json(_ status: Int, _ value: some Encodable) -> ServerResponse {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return ServerResponse(
                status: status, fields: [("Content-Type", "application/json")],
                body: [UInt8](try encoder.encode(value)))
        } catch {
            return ServerResponse(status: 500, body: Array("{\"error\":\"\(error)\"}".utf8))
        }
    }

    package static func error(_ status: Int, _ text: String) -> ServerResponse {
        json(status, ["error": text])
    }
}
