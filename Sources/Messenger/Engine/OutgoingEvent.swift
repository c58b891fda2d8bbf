import Cryptography
import Foundation
import Nostr

/// A message of ours that no relay has confirmed yet.
package struct OutgoingEvent: Equatable, Sendable {
    /// MLS id.
    package let group: [UInt8]
    package let event: Event
    /// The message that it answers.
    package let answered: EventID?

    init(group: [UInt8], event: Event, answered: EventID?) {
        (self.group, self.event, self.answered) = (group, event, answered)
    }

    private struct File: Decodable {
        let group: String
        let event: UnverifiedEvent
        let answered: EventID?
    }

    /// - Throws: for a file that is missing or damaged.
    init(path: String) throws {
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        guard let group = Hex.decode(file.group) else { throw CocoaError(.fileReadCorruptFile) }
        (self.group, event, answered) = (group, try file.event.verified(), file.answered)
    }

    var json: String {
        let answered = answered.map { ",\"answered\":\"\($0.hex)\"" } ?? ""
        return
            "{\"group\":\"\(Hex.encode(group))\",\"event\":\(String(decoding: event.json, as: UTF8.self))\(answered)}"
    }
}
