import Foundation

/// A failed socket operation, with the system's error text.
package enum SocketError: Error, Equatable, CustomStringConvertible {
    case unresolvable(host: String, String)
    case unreachable(host: String, port: UInt16, String)
    case system(operation: String, String)
    case closed

    package var description: String {
        switch self {
        case .unresolvable(let host, let why): "cannot resolve \(host): \(why)"
        case .unreachable(let host, let port, let why): "cannot connect to \(host) port \(port): \(why)"
        case .system(let operation, let why): "\(operation): \(why)"
        case .closed: "the connection is closed"
        }
    }

    package static func last(_ operation: String) -> SocketError {
        .system(operation: operation, String(cString: strerror(errno)))
    }
}
