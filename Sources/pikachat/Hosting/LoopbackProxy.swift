import Foundation

/// Keeps requests to this machine away from proxies: `http_proxy` and the like are meant for the network, and a proxy cannot reach our
/// loopback. libcurl reads these variables, and `no_proxy`.
enum LoopbackProxy {
    /// Call before the first request.
    static func bypass() {
        for name in ["no_proxy", "NO_PROXY"] {
            let given = getenv(name).map { String(cString: $0) } ?? ""
            guard given != "*" else { continue }
            let hosts = (given.isEmpty ? [] : [given]) + ["127.0.0.1", "localhost", "::1"]
            setenv(name, hosts.joined(separator: ","), 1)
        }
    }
}
