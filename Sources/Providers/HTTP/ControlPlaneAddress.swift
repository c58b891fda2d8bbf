/// Base URLs of control planes.
enum ControlPlaneAddress {
    /// The URL without trailing slashes.
    static func trimmed(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }
}
