import Foundation

/// Messages of the base protocol (LSP 3.17): a head with Content-Length, then JSON.
final class MessageStream: @unchecked Sendable {
    /// What one read brings.
    enum Incoming {
        case message([String: Any])
        /// What is not JSON, or no object.
        case malformed
        case end
    }

    /// A longer message has no sense, and its length may be wrong.
    private static let maximumBytes = 64 << 20
    private static let maximumHead = 8192

    // Used by one thread.
    private var buffer: [UInt8] = []
    private let input: Int32

    init(input: Int32) { self.input = input }

    /// The next message; blocks its thread.
    func next() -> Incoming {
        guard let length = readHead() else { return .end }
        while buffer.count < length { guard fill() else { return .end } }
        let body = Data(buffer[..<length])
        buffer.removeFirst(length)
        guard let message = try? JSONSerialization.jsonObject(with: body) as? [String: Any] else {
            return .malformed
        }
        return .message(message)
    }

    /// - Returns: nil at the end of input, and for a head that cannot be read: what follows it cannot be, either.
    private func readHead() -> Int? {
        let separator: [UInt8] = [13, 10, 13, 10]
        while true {
            if let end = buffer.firstRange(of: separator) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                buffer.removeFirst(end.upperBound)
                for line in head.components(separatedBy: "\r\n") {
                    let parts = line.split(separator: ":", maxSplits: 1).map {
                        $0.trimmingCharacters(in: .whitespaces)
                    }
                    guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
                    return Int(parts[1]).flatMap { (0...Self.maximumBytes).contains($0) ? $0 : nil }
                }
                return nil
            }
            guard buffer.count <= Self.maximumHead, fill() else { return nil }
        }
    }

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(input, &chunk, chunk.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return false }
            buffer += chunk[..<count]
            return true
        }
    }

    /// - Parameter mask: takes secrets out of the text, before its length counts.
    static func encoded(_ message: [String: Any], mask: (String) -> String) -> String {
        guard
            let data = try? JSONSerialization.data(
                withJSONObject: message, options: [.sortedKeys, .withoutEscapingSlashes])
        else { return "" }
        let text = mask(String(decoding: data, as: UTF8.self))
        return "Content-Length: \(text.utf8.count)\r\n\r\n" + text
    }
}
