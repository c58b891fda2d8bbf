/// The head of an HTTP/1.1 message (RFC 9112 §2), that is, start line and fields without the body. Used for
/// WebSocket handshakes and by the mock servers.
package struct HTTPHead: Equatable, Sendable {
    /// Length limit of a head, in bytes.
    package static let maximumBytes = 16_384

    package var startLine: String
    package var fields: [(name: String, value: String)]

    package init(startLine: String, fields: [(name: String, value: String)]) {
        self.startLine = startLine
        self.fields = fields
    }

    package static func == (a: HTTPHead, b: HTTPHead) -> Bool {
        a.startLine == b.startLine && a.fields.elementsEqual(b.fields, by: ==)
    }

    /// The value of the first field with that name, ignoring case.
    package func value(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    /// Whether a comma-separated field contains a token, ignoring case.
    package func has(_ token: String, in name: String) -> Bool {
        fields.filter { $0.name.lowercased() == name.lowercased() }
            .flatMap { $0.value.split(separator: ",") }
            .contains { $0.trimmingBlanks.lowercased() == token.lowercased() }
    }

    package var encoded: [UInt8] {
        var text = startLine + "\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    /// Parses the head at the start of `bytes`.
    ///
    /// - Returns: the head and its length in bytes; nil while it is incomplete.
    package static func parse(_ bytes: [UInt8]) throws(HTTPHeadError) -> (head: HTTPHead, length: Int)? {
        guard let end = endOfHead(bytes) else {
            guard bytes.count < maximumBytes else { throw .tooLong }
            return nil
        }
        guard end <= maximumBytes else { throw .tooLong }
        guard let text = String(validating: bytes[..<end], as: UTF8.self) else { throw .notText }
        // Split by scalars, because "\r\n" is a single Character in Swift.
        let lines = text.unicodeScalars.split(separator: "\n").map { line in
            String(line.last == "\r" ? line.dropLast() : line)
        }
        guard let startLine = lines.first, !startLine.isEmpty else { throw .malformed }
        var fields: [(name: String, value: String)] = []
        for line in lines.dropFirst() where !line.isEmpty {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else { throw .malformed }
            fields.append((String(line[..<colon]), String(line[line.index(after: colon)...].trimmingBlanks)))
        }
        return (HTTPHead(startLine: String(startLine), fields: fields), end)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= mark.count else { return nil }
        return (0...(bytes.count - mark.count)).first { bytes[$0..<$0 + mark.count].elementsEqual(mark) }
            .map { $0 + mark.count }
    }
}

package enum HTTPHeadError: Error, Equatable, CustomStringConvertible {
    case tooLong, notText, malformed

    package var description: String {
        switch self {
        case .tooLong: "the HTTP head is longer than \(HTTPHead.maximumBytes) bytes"
        case .notText: "the HTTP head is not UTF-8"
        case .malformed: "the HTTP head is malformed"
        }
    }
}

extension StringProtocol {
    /// The text without spaces and tabs at either end.
    package var trimmingBlanks: SubSequence {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text = text.dropFirst() }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
