/// How far a request may reach whose address comes from a stranger: to ask this machine or its network for something in our name would be
/// theirs to do (server-side request forgery).
package enum NetworkReach: Sendable {
    case anywhere
    /// The internet, and nothing that is private to this machine or its network.
    case publicOnly
    /// That, and this machine.
    case publicAndLoopback

    /// - Parameter address: in digits, as libcurl tells it.
    func allows(_ address: String) -> Bool {
        guard self != .anywhere else { return true }
        guard let kind = Kind(address) else { return false }
        return kind == .publicAddress || kind == .loopback && self == .publicAndLoopback
    }

    private enum Kind {
        case publicAddress
        case loopback
        case privateAddress

        init?(_ address: String) {
            if address.contains(":") {
                self.init(groups: address.lowercased())
            } else {
                let bytes = address.split(separator: ".").compactMap { UInt8($0) }
                guard bytes.count == 4 else { return nil }
                self = Self.of(bytes)
            }
        }

        /// IPv6; an IPv4 address inside of one counts as itself.
        private init?(groups address: String) {
            if address == "::1" {
                self = .loopback
            } else if address.contains(".") {
                self.init(String(address.split(separator: ":").last ?? ""))
            } else {
                guard let first = UInt16(address.split(separator: ":").first ?? "", radix: 16),
                    !address.hasPrefix(":")
                else {
                    self = .privateAddress
                    return
                }
                // RFC 4193, 4291 and 6052: unique local, link local, multicast, and IPv4 behind a translator.
                let isPrivate =
                    first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80 || first & 0xff00 == 0xff00
                    || first == 0x64
                self = isPrivate ? .privateAddress : .publicAddress
            }
        }

        /// RFC 6890.
        private static func of(_ bytes: [UInt8]) -> Kind {
            switch (bytes[0], bytes[1]) {
            case (127, _): .loopback
            case (0, _), (10, _), (172, 16...31), (192, 168), (169, 254), (100, 64...127), (198, 18...19),
                (192, 0), (224..., _):
                .privateAddress
            default: .publicAddress
            }
        }
    }
}
