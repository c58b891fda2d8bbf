import Cryptography
import Foundation
import Marmot
import Nostr

/// One message as the archive keeps it.
package struct StoredMessage: Equatable, Sendable {
    /// How far a message has come.
    package enum State: String, Codable, Sendable {
        case received
        /// Ours: no relay has confirmed it yet.
        case pending
        case sent
        /// Ours: every relay refuses it.
        case failed
    }

    package let rumor: Rumor
    /// The event that carried a message of ours.
    package let event: EventID?
    package internal(set) var state: State
    /// Of the rumor: what everybody in the group calls the message.
    package let id: EventID
    /// For each of its attachments, the keys that may open it: the epoch's secrets are forgotten sooner than the message.
    package let mediaKeys: [[SecretBytes]]

    package init(rumor: Rumor, event: EventID? = nil, state: State, mediaKeys: [[SecretBytes]] = []) {
        (self.rumor, self.event, self.state, self.mediaKeys) = (rumor, event, state, mediaKeys)
        id = rumor.id
    }

    package var attachments: [MediaAttachment] { MediaAttachment.all(in: rumor.tags) }

    private struct Line: Decodable {
        let rumor: Rumor
        let event_id: String?
        let state: State
        let media_keys: [[String]]?
    }

    /// Nil for a line that is damaged.
    package init?(json: ArraySlice<UInt8>) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(json)) else { return nil }
        self.init(
            rumor: line.rumor, event: line.event_id.flatMap { EventID(hex: $0) }, state: line.state,
            mediaKeys: (line.media_keys ?? []).map { $0.compactMap { Hex.decode($0).map(SecretBytes.init) } })
    }

    package var json: String {
        let event = event.map { ",\"event_id\":\"\($0.hex)\"" } ?? ""
        let keys = mediaKeys.map { keys in
            "[" + keys.map { "\"\(Hex.encode($0.exposed()))\"" }.joined(separator: ",") + "]"
        }
        let media = keys.isEmpty ? "" : ",\"media_keys\":[\(keys.joined(separator: ","))]"
        return
            "{\"rumor\":\(String(decoding: rumor.json, as: UTF8.self))\(event),\"state\":\"\(state.rawValue)\"\(media)}"
    }

    /// A line that says that every relay refuses an event of ours.
    static func failure(of event: EventID) -> String { "\(failureStart)\(event.hex)\",\"state\":\"failed\"}" }
    private static let failureStart = "{\"event_id\":\""

    /// The event of which a line says so; nil for other lines.
    static func failedEvent(in line: ArraySlice<UInt8>) -> EventID? { id(in: line, behind: failureStart) }

    /// A line that says that a message has an answer of ours.
    static func answer(to message: EventID) -> String { "\(answerStart)\(message.hex)\"}" }
    private static let answerStart = "{\"answered\":\""

    /// The message of which a line says so; nil for other lines.
    static func answered(in line: ArraySlice<UInt8>) -> EventID? { id(in: line, behind: answerStart) }

    /// The message of a line; nil for other lines.
    static func message(in line: ArraySlice<UInt8>) -> EventID? {
        id(in: line, behind: "{\"rumor\":{\"id\":\"")
    }

    private static func id(in line: ArraySlice<UInt8>, behind start: String) -> EventID? {
        guard line.starts(with: start.utf8) else { return nil }
        return EventID(hex: String(decoding: line.dropFirst(start.utf8.count).prefix(64), as: UTF8.self))
    }
}
