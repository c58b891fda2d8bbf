/// The head of an answer (RFC 9112 §2.1), line by line as libcurl hands it over.
struct AnswerHead {
    /// For everything before the body, interim answers and trailers included.
    static let maximumBytes = 256 << 10

    /// Values by lower-case name; a name that comes twice has both, with a comma between (RFC 9110 §5.3).
    private(set) var headers: [String: String] = [:]
    /// Whether the blank line of the final answer has come.
    private(set) var isComplete = false
    private(set) var isTooLong = false
    private var bytes = 0
    private var last: String?
    private var isInterim = false

    /// Whether the body is packed, by its server or for the transfer (RFC 9110 §8.4, RFC 9112 §7.2).
    var isCoded: Bool {
        [("content-encoding", "identity"), ("transfer-encoding", "chunked")].contains { name, plain in
            (headers[name] ?? "").lowercased().split(separator: ",").map { Self.trimmed($0) }.contains {
                !$0.isEmpty && $0 != plain && $0 != "identity"
            }
        }
    }

    mutating func take(_ line: UnsafeRawBufferPointer) {
        bytes += line.count
        if bytes > Self.maximumBytes { isTooLong = true }
        // Trailers say nothing that anybody here asks for.
        guard !isComplete, !isTooLong else { return }
        let text = Self.text(line)
        if text.isEmpty {
            isComplete = !isInterim
        } else if last == nil && headers.isEmpty && text.hasPrefix("HTTP/")
            || isInterim && text.hasPrefix("HTTP/")
        {
            isInterim = text.split(separator: " ").dropFirst().first?.hasPrefix("1") ?? false
            (headers, last) = ([:], nil)
        } else {
            add(text)
        }
    }

    private mutating func add(_ line: String) {
        // A continued line (RFC 9112 §5.2).
        if line.first == " " || line.first == "\t", let last, let value = headers[last] {
            headers[last] = value + " " + Self.trimmed(line[...])
            return
        }
        guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return }
        let name = Self.trimmed(line[..<colon]).lowercased()
        let value = Self.trimmed(line[line.utf8.index(after: colon)...])
        headers[name] = headers[name].map { $0 + ", " + value } ?? value
        last = name
    }

    /// UTF-8, or Latin-1 as it is for older servers.
    private static func text(_ line: UnsafeRawBufferPointer) -> String {
        var bytes = line[...]
        while let end = bytes.last, end == 0x0a || end == 0x0d { bytes.removeLast() }
        return String(validating: bytes, as: UTF8.self)
            ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }
}
