import Foundation
import Vocabulary

/// A recorded run: a folder with `cassette.json` (what it is), `control-plane.ndjson` (exchanges with HTTP servers) and `relay.ndjson` (what
/// happened at relays, for people and for the mock agent's answers). docs/testing.md describes the format.
package struct Cassette: Sendable {
    package static let version = 1
    static let about = "cassette.json"
    static let exchanges = "control-plane.ndjson"
    static let relay = "relay.ndjson"
    /// Larger files are none of ours.
    private static let maximumBytes = 64 << 20

    /// What a cassette says of itself.
    struct About: Codable {
        var version: Int
        /// The script, as it was named.
        var script: String
        /// Of the matrix.
        var values: [String: String]
        /// How many lines the two files have: a cassette that was cut short is none.
        var exchanges: Int
        var relayEvents: Int
    }

    /// What happened at relays.
    struct RelayEvent: Codable {
        var at: Int
        var event: String
        var session: String?
        var text: String?
        var relay: String?
    }

    package let exchanges: [CassetteExchange]
    /// What the agent said, in order.
    package let replies: [String]

    /// - Parameter folder: of one file's recording.
    /// - Throws: `Failure` (usage) for what is no cassette, or one of another version, or cut short.
    package init(folder: String) throws(Failure) {
        let about = try Self.read(About.self, "\(folder)/\(Self.about)")
        guard about.version == Self.version else {
            throw Failure(
                .usage,
                "\(folder): a cassette of version \(about.version); this program reads version \(Self.version)",
                hints: ["record it again"])
        }
        exchanges = try Self.lines(
            CassetteExchange.self, "\(folder)/\(Self.exchanges)", count: about.exchanges)
        let events = try Self.lines(RelayEvent.self, "\(folder)/\(Self.relay)", count: about.relayEvents)
        replies = events.filter { $0.event == "reply" }.compactMap(\.text)
    }

    private static func text(_ path: String) throws(Failure) -> String {
        guard let file = FileHandle(forReadingAtPath: path),
            let data = try? file.read(upToCount: maximumBytes + 1) ?? Data(),
            data.count <= maximumBytes, let text = String(validating: data, as: UTF8.self)
        else {
            throw Failure(
                .usage, "\(path): not a readable UTF-8 file of at most \(maximumBytes >> 20) MiB",
                hints: ["--record DIR writes cassettes"])
        }
        return text
    }

    private static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws(Failure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(try text(path).utf8))
        } catch let failure as Failure { throw failure } catch {
            throw Failure(.usage, "\(path): this is no cassette", hints: ["--record DIR writes cassettes"])
        }
    }

    private static func lines<Value: Decodable>(
        _ type: Value.Type, _ path: String, count: Int
    ) throws(Failure) -> [Value] {
        let lines = try text(path).split(separator: "\n")
        guard lines.count == count else {
            throw Failure(
                .usage, "\(path) has \(lines.count) lines instead of \(count): it was cut short, or changed",
                hints: ["record it again"])
        }
        var values: [Value] = []
        for (number, line) in lines.enumerated() {
            guard let value = try? JSONDecoder().decode(type, from: Data(line.utf8)) else {
                throw Failure(.usage, "\(path):\(number + 1): this line is none of a cassette")
            }
            values.append(value)
        }
        return values
    }

    /// Eight digits that depend on every character (FNV-1a).
    private static func mark(of text: String) -> String {
        let hash = text.utf8.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// The folder of one file's recording in the folder that was named.
    package static func folder(in directory: String, script: String, values: [(key: String, value: String)])
        -> String
    {
        let name = (script as NSString).lastPathComponent.replacing(".pika", with: "")
        let parts = [name] + values.map { "\($0.key)=\($0.value)" }
        let safe = parts.map { part in
            String(part.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-=".contains($0)) ? $0 : "_" })
        }
        // Names that had to be changed stay apart from each other all the same.
        let mark = safe == parts ? "" : "-\(Self.mark(of: parts.joined(separator: "\u{0}")))"
        return "\(directory)/\(safe.joined(separator: ","))\(mark)"
    }
}
