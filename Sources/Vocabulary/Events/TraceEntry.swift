/// One thing that went out or came in, or what came of it.
package struct TraceEntry: Sendable {
    /// What belongs together has one number: a request and its answer, an event and its OK.
    package let number: Int
    /// Milliseconds since 1970.
    package let time: Int64
    package let channel: TraceChannel
    /// `→ POST http://127.0.0.1:8080/vms  1.9 kB`
    package let line: String
    /// Events and subscriptions that it is about, in hexadecimal.
    package let ids: [String]
    /// Headers and the like.
    package let fields: [(name: String, value: String)]
    /// As it went over the wire, or the beginning of that.
    package let body: String
    /// Of the whole body.
    package let bodyBytes: Int
}

extension TraceEntry {
    /// Headers and body, a line each, without anything that moves a terminal's cursor.
    package func details(limitBytes: Int, _ masking: Masking) -> [String] {
        var lines = fields.map { "\(VisibleText.line($0.name)): \(VisibleText.line($0.value))" }
        guard bodyBytes > 0 else { return lines }
        let shown = body.utf8.count <= limitBytes ? body : masking.masked(body, cutTo: limitBytes)
        lines += VisibleText.block(shown).split(separator: "\n", omittingEmptySubsequences: false).map(
            String.init)
        if shown.utf8.count < bodyBytes {
            lines.append("… \(Self.size(shown.utf8.count)) of \(Self.size(bodyBytes))")
        }
        return lines
    }

    /// `1.2 kB`
    package static func size(_ bytes: Int) -> String {
        switch bytes {
        case ..<1000: "\(bytes) B"
        case ..<1_000_000: "\((Double(bytes) / 100).rounded() / 10) kB"
        default: "\((Double(bytes) / 100_000).rounded() / 10) MB"
        }
    }
}
