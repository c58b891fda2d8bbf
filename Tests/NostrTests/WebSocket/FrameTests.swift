import Cryptography
import TestSupport
import Testing

@testable import Nostr

@Suite("Frames — RFC 6455 §5")
struct FrameTests {
    private func decoder(_ role: WebSocketRole = .client, limit: Int = 1000) -> FrameDecoder {
        FrameDecoder(role: role, maximumMessageBytes: limit)
    }

    @Test("agrees with the examples of §5.7")
    func examples() throws {
        var client = decoder()
        client.append([0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
        #expect(try client.next() == .text("Hello"))
        var server = decoder(.server)
        server.append([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58])
        #expect(try server.next() == .text("Hello"))
        client.append([0x01, 0x03, 0x48, 0x65, 0x6c])
        #expect(try client.next() == nil)
        client.append([0x89, 0x01, 0x21, 0x80, 0x02, 0x6c, 0x6f])
        #expect(try client.next() == .ping([0x21]))
        #expect(try client.next() == .text("Hello"))
        #expect(try client.next() == nil)
    }

    @Test(
        "reads what it writes, byte by byte, at every length class",
        arguments: [0, 1, 125, 126, 65_535, 65_536])
    func roundTrip(length: Int) throws {
        let text = String(repeating: "x", count: length)
        for (sender, receiver) in [(WebSocketRole.client, WebSocketRole.server), (.server, .client)] {
            let bytes = try FrameEncoder(role: sender, random: SeededRandom("mask")).encode(
                Frame(.text, Array(text.utf8)))
            var whole = decoder(receiver, limit: 70_000)
            whole.append(bytes)
            #expect(try whole.next() == .text(text))
            guard length < 200 else { continue }
            var slow = decoder(receiver, limit: 70_000)
            for byte in bytes.dropLast() {
                slow.append([byte])
                #expect(try slow.next() == nil)
            }
            slow.append([bytes[bytes.count - 1]])
            #expect(try slow.next() == .text(text))
        }
    }

    @Test(
        "a client masks each frame with a key of its own, from the source of randomness; a server masks none")
    func masks() throws {
        let (random, same) = (SeededRandom("mask"), SeededRandom("mask"))
        let encoder = FrameEncoder(role: .client, random: random)
        var keys = Set<[UInt8]>()
        for _ in 0..<3 {
            let key = same.bytes(4)
            keys.insert(key)
            let masked = zip([0x48, 0x69], key).map { $0 ^ $1 }
            #expect(try encoder.encode(Frame(.text, [0x48, 0x69])) == [0x81, 0x82] + key + masked)
        }
        #expect(keys.count == 3)
        #expect(
            try FrameEncoder(role: .server, random: random).encode(Frame(.text, [0x48])) == [0x81, 1, 0x48])
    }

    @Test(
        "refuses what the RFC forbids",
        arguments: [
            ([0x81, 0x85, 0, 0, 0, 0], 1002, "masked"), ([0xc1, 0x00], 1002, "reserved bit"),
            ([0x83, 0x00], 1002, "opcode"),
            ([0x09, 0x00], 1002, "control"), ([0x89, 0x7e, 0x00, 0x7e], 1002, "control"),
            ([0x80, 0x00], 1002, "continuation"),
            ([0x81, 0x7e, 0x00, 0x05], 1002, "shortest"),
            ([0x81, 0x7f, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 1002, "shortest"),
            ([0x81, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 1009, "larger"),
            ([0x81, 0x7e, 0x10, 0x00], 1009, "larger"),
            ([0x81, 0x02, 0xc3, 0x28], 1007, "UTF-8"), ([0x88, 0x01, 0x03], 1002, "one byte"),
            ([0x88, 0x02, 0x03, 0xed], 1002, "not allowed"),
            ([0x01, 0x01, 0x61, 0x01, 0x01, 0x62], 1002, "within a fragmented"),
        ] as [([UInt8], UInt16, String)])
    func violations(bytes: [UInt8], code: UInt16, part: String) {
        var decoder = decoder()
        decoder.append(bytes)
        #expect {
            while try decoder.next() != nil {}
        } throws: { error in
            guard let violation = error as? WebSocketViolation else { return false }
            return violation.code.rawValue == code && violation.description.contains(part)
        }
    }

    @Test("fragments cannot add up to more than the limit")
    func fragmentLimit() throws {
        var decoder = decoder(limit: 10)
        decoder.append([0x01, 0x06] + [UInt8](repeating: 65, count: 6))
        #expect(try decoder.next() == nil)
        decoder.append([0x80, 0x06] + [UInt8](repeating: 65, count: 6))
        #expect(throws: WebSocketViolation.self) { try decoder.next() }
    }

    @Test("a message cannot be cut into endless fragments")
    func fragmentFlood() throws {
        var decoder = decoder(limit: 10)
        decoder.append([0x01, 0x00])
        for _ in 0..<2000 { decoder.append([0x00, 0x00]) }
        #expect {
            while try decoder.next() != nil {}
        } throws: { ($0 as? WebSocketViolation)?.description.contains("too many fragments") ?? false }
    }

    @Test("the handshake agrees with §1.3 and refuses other answers")
    func handshake() throws {
        let key = "dGhlIHNhbXBsZSBub25jZQ=="
        let request = Handshake.request(host: "h", path: "/", key: key)
        let response = try Handshake.response(to: request)
        #expect(response.value("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        try Handshake.validate(response: response, key: key)
        #expect(throws: Handshake.Failure.wrongAccept) {
            try Handshake.validate(response: response, key: "other")
        }
        var plain = response
        plain.startLine = "HTTP/1.1 200 OK"
        #expect(throws: Handshake.Failure.notUpgraded(statusLine: "HTTP/1.1 200 OK")) {
            try Handshake.validate(response: plain, key: key)
        }
        var extended = response
        extended.fields.append(("Sec-WebSocket-Extensions", "permessage-deflate"))
        #expect(throws: Handshake.Failure.unrequestedExtension) {
            try Handshake.validate(response: extended, key: key)
        }
    }

    @Test("an HTTP head is bounded and checked")
    func head() throws {
        #expect(try HTTPHead.parse(Array("GET / HTTP/1.1\r\nA: b".utf8)) == nil)
        let parsed = try #require(
            try HTTPHead.parse(Array("GET / HTTP/1.1\r\nA:  b \r\nC: d,e\r\n\r\nrest".utf8)))
        #expect(parsed.head.value("a") == "b" && parsed.head.has("E", in: "c") && parsed.length == 34)
        #expect(throws: HTTPHeadError.tooLong) { try HTTPHead.parse([UInt8](repeating: 65, count: 20_000)) }
        #expect(throws: HTTPHeadError.malformed) { try HTTPHead.parse(Array("X\r\nno colon\r\n\r\n".utf8)) }
        #expect(throws: HTTPHeadError.notText) { try HTTPHead.parse([0xff, 13, 10, 13, 10]) }
    }
}
