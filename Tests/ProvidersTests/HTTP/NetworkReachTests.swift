import Testing

@testable import Providers

@Suite("how far requests reach that strangers cause")
struct NetworkReachTests {
    @Test(
        "private networks are out of reach",
        arguments: [
            "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1", "192.0.0.8", "224.0.0.1", "255.255.255.255", "fc00::1", "fd12:3456::1", "fe80::1",
            "ff02::1", "::", "::ffff:10.0.0.1", "::ffff:192.168.1.1", "64:ff9b::a00:1", "", "x", "1.2.3",
        ])
    func outside(address: String) {
        #expect(!NetworkReach.publicOnly.allows(address) && !NetworkReach.publicAndLoopback.allows(address))
        #expect(NetworkReach.anywhere.allows(address))
    }

    @Test(
        "this machine is in reach where that is wanted",
        arguments: ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    func loopback(address: String) {
        #expect(!NetworkReach.publicOnly.allows(address) && NetworkReach.publicAndLoopback.allows(address))
    }

    @Test(
        "the internet is in reach",
        arguments: ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"])
    func inside(address: String) { #expect(NetworkReach.publicOnly.allows(address)) }
}
