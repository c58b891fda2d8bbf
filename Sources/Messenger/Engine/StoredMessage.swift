import Cryptography
import Foundation
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

    package init(rumor: Rumor, event: EventID? = nil, state: State) {
        (self.rumor, self.event, self.state) = (rumor, event, state)
        id = rumor.id
    }

    private struct Line: Decodable {
        let rumor: Rumor
        let event_id: String?
        let state: State
    }

    private struct Update: Decodable {
        let event_id: String
        let state: State
    }

    /// Nil for a line that is damaged.
    init?(json: ArraySlice<UInt8>) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(json)) else { return nil }
        self.init(
            rumor: line.rumor, event: line.event_id.flatMap { EventID(hex: $0) }, state: line.state)
    }

    var json: String {
        let event = event.map { ",\"event_id\":\"\($0.hex)\"" } ?? ""
        return
            "{\"rumor\":\(String(decoding: rumor.json, as: UTF8.self))\(event),\"state\":\"\(state.rawValue)\"}"
    }

    /// The event of which a line says that it failed; nil for other lines.
    static func failedEvent(in line: ArraySlice<UInt8>) -> EventID? {
        guard line.starts(with: Array("{\"event_id\"".utf8)),
            let update = try? JSONDecoder().decode(Update.self, from: Data(line)), update.state == .failed
        else { return nil }
        return EventID(hex: update.event_id)
    }
}

/// A message of ours that no relay has confirmed yet.
package struct OutgoingEvent: Equatable, Sendable {
    /// MLS id.
    package let group: [UInt8]
    package let event: Event

    private struct File: Decodable {
        let group: String
        let event: UnverifiedEvent
    }

    init(path: String) throws {
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        guard let group = Hex.decode(file.group) else { throw CocoaError(.fileReadCorruptFile) }
        (self.group, event) = (group, try file.event.verified())
    }
}
