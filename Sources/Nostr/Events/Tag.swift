/// One tag of an event: a name and its values (NIP-01).
package struct Tag: Hashable, Sendable, Codable {
    package var fields: [String]

    package init(_ fields: String...) { self.fields = fields }
    package init(fields: [String]) { self.fields = fields }

    package var name: String { fields.first ?? "" }
    /// The first value.
    package var value: String? { fields.dropFirst().first }
    package var values: [String] { Array(fields.dropFirst()) }

    package init(from decoder: any Decoder) throws {
        fields = try decoder.singleValueContainer().decode([String].self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(fields)
    }
}

extension [Tag] {
    /// Length of all fields together, in UTF-8 bytes.
    package var joinedLength: Int { reduce(0) { $0 + $1.fields.reduce(0) { $0 + $1.utf8.count } } }
    package func first(_ name: String) -> Tag? { first { $0.name == name } }
    package func all(_ name: String) -> [Tag] { filter { $0.name == name } }
    package func value(_ name: String) -> String? { first(name)?.value }
}
