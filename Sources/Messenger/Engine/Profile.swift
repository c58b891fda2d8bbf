import Vocabulary

/// What an account tells everybody of itself (NIP-01, kind 0).
package struct Profile: Equatable, Sendable {
    /// All members of the object, also those that we do not know.
    package private(set) var fields: [String: EventValue] = [:]

    package init() {}

    /// Nil for a content that is no JSON object.
    init?(_ content: String) {
        guard case .record(let fields)? = JSONValueReader.read(content) else { return nil }
        self.fields = fields
    }

    /// Both names; an empty one takes them away.
    package mutating func setName(_ name: String) {
        let value: EventValue? = name.isEmpty ? nil : .text(name)
        (fields["name"], fields["display_name"]) = (value, value)
    }

    package mutating func setPicture(_ url: String) { fields["picture"] = .text(url) }

    var content: String { EventValue.record(fields).json }

    /// Null where it is missing.
    package subscript(_ name: String) -> EventValue { fields[name] ?? .none }
}
