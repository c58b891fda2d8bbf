import Foundation
import Vocabulary

/// The address of a relay: ws:// or wss://, host in lower case, no fragment.
package struct RelayURL: Hashable, Sendable, Codable, CustomStringConvertible {
    package let text: String
    private let name: HostName
    package let port: UInt16
    package let isSecure: Bool
    /// Path and query for the request line.
    package let path: String
    /// For resolvers and TLS.
    package var host: String { name.text }

    package struct Failure: Error, Equatable, CustomStringConvertible {
        package let text: String
        package let why: String
        package var description: String {
            "\"\(text.cut(to: 200))\" is not a relay address: \(why) (expected wss://host or ws://host:port)"
        }
    }

    package init(_ text: String) throws(Failure) {
        guard !text.contains(where: { $0.isWhitespace || $0.isNewline }) else {
            throw Failure(text: text, why: "it contains whitespace")
        }
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw Failure(text: text, why: "it is not a URL")
        }
        guard scheme == "ws" || scheme == "wss" else {
            throw Failure(text: text, why: "the scheme is \(scheme)")
        }
        do { name = try HostName(of: parts) } catch { throw Failure(text: text, why: error.why) }
        guard parts.user == nil, parts.password == nil else {
            throw Failure(text: text, why: "it contains credentials")
        }
        // Foundation silently drops a port that is out of range.
        let authority = text.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first ?? ""
        let digits = authority.drop { $0 != "]" }.isEmpty ? authority : authority.drop { $0 != "]" }
        guard parts.port != nil || !digits.contains(":") else {
            throw Failure(text: text, why: "the port is out of range")
        }
        guard let port = UInt16(exactly: parts.port ?? (scheme == "wss" ? 443 : 80)), port > 0 else {
            throw Failure(text: text, why: "the port is out of range")
        }
        self.port = port
        isSecure = scheme == "wss"
        let query = parts.percentEncodedQuery.map { "?\($0)" } ?? ""
        path = (parts.percentEncodedPath.isEmpty ? "/" : parts.percentEncodedPath) + query
        self.text =
            "\(scheme)://\(name.inURL)\(parts.port.map { ":\($0)" } ?? "")\(parts.percentEncodedPath)\(query)"
    }

    /// URLs are equal when they lead to the same endpoint; an empty path equals "/".
    package static func == (a: RelayURL, b: RelayURL) -> Bool {
        a.host == b.host && a.port == b.port && a.isSecure == b.isSecure && a.path == b.path
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(host)
        hasher.combine(port)
        hasher.combine(path)
    }

    /// The value of the Host field. The port is omitted if it is the scheme's default.
    var authority: String {
        port == (isSecure ? 443 : 80) ? name.inHeader : "\(name.inHeader):\(port)"
    }

    /// Whether the relay runs on this machine.
    package var isLoopback: Bool {
        host == "localhost" || host == "::1"
            || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." }
    }

    package var description: String { text }

    package init(from decoder: any Decoder) throws {
        self = try RelayURL(decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
