import Foundation
import Mocks

/// A port of this machine whose queue is full: who connects is neither let in nor refused.
final class FullPort: Sendable {
    let port: UInt16
    private let descriptors: [Int32]

    init() throws {
        func address(_ port: UInt16) -> sockaddr_in {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
            return address
        }
        func with(
            _ address: inout sockaddr_in, _ call: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Int32
        )
            -> Int32
        {
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            return withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call($0, &size) }
            }
        }
        func make() -> Int32 {
            socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        }
        let listener = make()
        var own = address(0)
        guard listener >= 0, with(&own, { bind(listener, $0, $1) }) == 0, listen(listener, 0) == 0,
            with(&own, { getsockname(listener, $0, &$1) }) == 0
        else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: own.sin_port)
        var all = [listener]
        for _ in 0..<4 {
            let client = make()
            var there = address(port)
            _ = with(&there) { connect(client, $0, $1) }
            all.append(client)
        }
        descriptors = all
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}
