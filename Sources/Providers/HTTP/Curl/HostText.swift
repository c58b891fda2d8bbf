import Foundation

/// The host of a URL for messages.
enum HostText {
    /// `example.org`, `127.0.0.1:8080` or `[::1]:8080`: host, and port where the URL names one.
    static func of(_ url: String) -> String {
        guard let parts = URLComponents(string: url), let host = parts.host else { return "the server" }
        return host + (parts.port.map { ":\($0)" } ?? "")
    }
}
