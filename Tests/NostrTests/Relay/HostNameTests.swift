import Testing

@testable import Nostr

@Suite("hosts of relays — RFC 5890, 5952")
struct HostNameTests {
    @Test(
        "names go out as A-labels, in lower case, without the dot of the root",
        arguments: [
            ("wss://bücher.example", "xn--bcher-kva.example"),
            ("wss://BÜCHER.Example", "xn--bcher-kva.example"),
            ("wss://bücher.例え.test", "xn--bcher-kva.xn--r8jz45g.test"),
            ("wss://例え。test", "xn--r8jz45g.test"), ("wss://faß.example", "xn--fa-hia.example"),
            ("wss://xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("wss://XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("wss://b%C3%BCcher.example", "xn--bcher-kva.example"), ("wss://%62%2Eexample", "b.example"),
            ("wss" + "://relay.example.", "relay.example"),
            ("wss://bücher.example.", "xn--bcher-kva.example"),
            ("wss://a_b.relay-1.example", "a_b.relay-1.example"), ("ws://127.0.0.1", "127.0.0.1"),
            ("ws://[::1]", "::1"), ("ws://[0:0:0:0:0:0:0:1]", "::1"), ("ws://[2001:DB8::0:A]", "2001:db8::a"),
            ("ws://[::FFFF:1.2.3.4]", "::ffff:1.2.3.4"), ("ws://[fe80::1%25eth0]", "fe80::1%eth0"),
        ])
    func names(text: String, host: String) throws {
        let url = try RelayURL(text)
        #expect(url.host == host)
        // What is stored reads as the same relay.
        #expect(try RelayURL(url.text) == url && RelayURL(url.text).text == url.text, "\(url.text)")
    }

    @Test(
        "the Host field has the port where it is not the scheme's own, brackets around IPv6, and no zone",
        arguments: [
            ("wss://bücher.example", "xn--bcher-kva.example"),
            ("wss://bücher.example:443/x", "xn--bcher-kva.example"),
            ("wss://bücher.example.:8443", "xn--bcher-kva.example:8443"),
            ("ws://relay.example:443", "relay.example:443"), ("ws://[::1]:80", "[::1]"),
            ("ws://[::1]:7777", "[::1]:7777"), ("ws://[fe80::1%25eth0]:7777", "[fe80::1]:7777"),
        ])
    func hostField(text: String, field: String) throws { #expect(try RelayURL(text).authority == field) }

    @Test("one relay, however its host is written")
    func same() throws {
        for (a, b) in [
            ("wss://bücher.example", "wss" + "://xn--bcher-kva.example."), ("ws://[::1]", "ws://[0::0:1]/"),
            ("wss://b%C3%BCcher.example:443", "wss://BÜCHER.example"),
        ] {
            #expect(try RelayURL(a) == RelayURL(b))
            #expect(try RelayURL(a).hashValue == RelayURL(b).hashValue)
        }
    }

    @Test(
        "what is no name is refused, and said to be about the host",
        arguments: [
            "a..b", ".", ".a", "a..", "-a.example", "a-.example",
            "" + String(repeating: "a", count: 64) + ".example",
            "" + String(repeating: "ü", count: 64) + ".example",
            "" + (0..<64).map { _ in "abc" }.joined(separator: "."), "xn--a.example",
            "xn--ü.example", "a%2Fb.example", "a%00b.example", "a%20b.example",
            "a%3A80", "a%40b.example", "a%ZZ.example", "a%FF.example",
            "a*b.example",
            "[::g]", "[1.2.3.4]", "[v1.a]", "[::1%25]", "[::1%25a%2Fb]",
            "[]", "/path", "א1a.example",
        ])
    func refused(text: String) {
        #expect { try RelayURL("wss://\(text)") } throws: { error in
            "\(error)".contains("the host") || "\(error)".contains("not a URL")
        }
    }
}
