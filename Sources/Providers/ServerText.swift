/// Words of a control plane in our own sentences: one line, no control characters, not too many.
enum ServerText {
    static func plain(_ text: String) -> String {
        HTTPFailure.excerpt(Array(text.utf8.prefix(800))).trimmingSuffix()
    }
}

extension String {
    fileprivate func trimmingSuffix() -> String { count > 120 ? String(prefix(120)) + "…" : self }
}
