import Foundation

/// The host of a relay's address as it goes out to resolvers, TLS and HTTP: in lower case, A-labels for names with other letters (RFC 5890),
/// IPv6 addresses in their short form (RFC 5952). The dot of the root is left out: no certificate has it (RFC 6066 section 3).
struct HostName: Equatable, Sendable {
    struct Failure: Error, Equatable { let why: String }

    /// Without the brackets of an IPv6 address.
    let text: String
    /// As it stands in a URL.
    var inURL: String { isIPv6 ? "[\(text.replacing("%", with: "%25"))]" : text }
    /// As it stands in the Host field: a zone means something on this machine only (RFC 6874 section 3).
    var inHeader: String { isIPv6 ? "[\(text.prefix { $0 != "%" })]" : text }
    private let isIPv6: Bool

    init(of parts: URLComponents) throws(Failure) {
        // Both are nil for what is no name in other letters, the decoded one for what only looks like an A-label.
        guard let encoded = parts.encodedHost, let decoded = parts.host else {
            throw Failure(why: "the host is missing, or is no valid name")
        }
        guard !encoded.isEmpty else { throw Failure(why: "the host is missing") }
        isIPv6 = encoded.hasPrefix("[")
        text = try isIPv6 ? Self.address(decoded) : Self.name(encoded)
    }

    private static func name(_ encoded: String) throws(Failure) -> String {
        var name = encoded.lowercased()
        if name.contains("%") {
            // Escaped bytes are letters of the name.
            guard let plain = name.removingPercentEncoding, !plain.contains(where: ":/?#[]@%".contains),
                let again = URLComponents(string: "ws://\(plain)/"), again.host != nil, again.path == "/",
                let encoded = again.encodedHost?.lowercased()
            else { throw Failure(why: "the host is no valid name") }
            name = encoded
        }
        if name.hasSuffix(".") { name.removeLast() }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(isLabel) else {
            throw Failure(why: "the host is no valid name")
        }
        return name
    }

    /// Letters, digits, hyphens inside (RFC 1123 section 2.1), and the underscores that some names have.
    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { byte in
                switch UInt8(byte) {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// - Parameter decoded: with brackets.
    private static func address(_ decoded: String) throws(Failure) -> String {
        let inside = decoded.dropFirst().dropLast()
        let (digits, zone) = (inside.prefix { $0 != "%" }, inside.drop { $0 != "%" })
        var address = in6_addr()
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard decoded.hasSuffix("]"), zone != "%",
            zone.dropFirst().allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }),
            inet_pton(AF_INET6, String(digits), &address) == 1,
            inet_ntop(AF_INET6, &address, &text, socklen_t(text.count)) != nil
        else { throw Failure(why: "the host is no IPv6 address") }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self) + zone
    }
}
