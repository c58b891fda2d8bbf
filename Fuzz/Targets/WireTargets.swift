import Nostr

/// WebSocket frames (RFC 6455) and HTTP heads (RFC 9112).
extension Targets {
    static func wire() throws -> [FuzzTarget] {
        func frames(_ role: WebSocketRole) throws -> [[UInt8]] {
            let encoder = FrameEncoder(role: role, random: random)
            return [
                try encoder.encode(Frame(.text, Array("hello".utf8))),
                try encoder.encode(.close(.normal, "bye")), try encoder.encode(Frame(.ping)),
            ]
        }
        return [
            FuzzTarget("frames-client", seeds: try frames(.server)) { bytes in
                var decoder = FrameDecoder(role: .client, maximumMessageBytes: 1000)
                decoder.append(bytes)
                while try decoder.next() != nil {}
            },
            FuzzTarget("frames-server", seeds: try frames(.client)) { bytes in
                var decoder = FrameDecoder(role: .server, maximumMessageBytes: 1000)
                decoder.append(bytes)
                while try decoder.next() != nil {}
            },
            FuzzTarget("http-head", seeds: [Handshake.request(host: "h", path: "/", key: "k").encoded]) {
                bytes in
                if let (head, _) = try HTTPHead.parse(bytes) { _ = try Handshake.response(to: head) }
            },
        ]
    }
}
