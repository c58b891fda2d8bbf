import Cryptography

/// Selects the events of a subscription (NIP-01). Absent fields match everything.
package struct Filter: Equatable, Sendable {
    package var ids: [EventID]?
    package var authors: [XOnlyKey]?
    package var kinds: [EventKind]?
    /// Accepted tag values, keyed by single-letter tag name.
    package var tags: [String: [String]] = [:]
    /// Seconds since 1970, inclusive.
    package var since: Int64?
    package var until: Int64?
    /// Maximum number of stored events to return, newest first.
    package var limit: Int?

    package init(
        ids: [EventID]? = nil, authors: [XOnlyKey]? = nil, kinds: [EventKind]? = nil,
        tags: [String: [String]] = [:],
        since: Int64? = nil, until: Int64? = nil, limit: Int? = nil
    ) {
        self.ids = ids
        self.authors = authors
        self.kinds = kinds
        self.tags = tags
        self.since = since
        self.until = until
        self.limit = limit
    }

    /// Whether the event matches the filter. `limit` is ignored, because it does not apply to a single event.
    package func matches(_ event: Event) -> Bool {
        if let ids, !ids.contains(event.id) { return false }
        if let authors, !authors.contains(event.author) { return false }
        if let kinds, !kinds.contains(event.kind) { return false }
        if let since, event.createdAt < since { return false }
        if let until, event.createdAt > until { return false }
        return tags.allSatisfy { name, wanted in
            event.tags.contains { $0.name == name && $0.value.map(wanted.contains) ?? false }
        }
    }
}

extension Filter: Codable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
        init(_ text: String) { stringValue = text }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        ids = try container.decodeIfPresent([EventID].self, forKey: Key("ids"))
        authors = try container.decodeIfPresent([String].self, forKey: Key("authors"))?.map { text in
            guard let key = try? XOnlyKey(hex: text) else {
                throw DecodingError.dataCorruptedError(
                    forKey: Key("authors"), in: container,
                    debugDescription: "an author must be 64 hexadecimal digits")
            }
            return key
        }
        kinds = try container.decodeIfPresent([EventKind].self, forKey: Key("kinds"))
        since = try container.decodeIfPresent(Int64.self, forKey: Key("since"))
        until = try container.decodeIfPresent(Int64.self, forKey: Key("until"))
        limit = try container.decodeIfPresent(Int.self, forKey: Key("limit"))
        for key in container.allKeys where key.stringValue.hasPrefix("#") && key.stringValue.utf8.count == 2 {
            tags[String(key.stringValue.dropFirst())] = try container.decode([String].self, forKey: key)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(ids, forKey: Key("ids"))
        try container.encodeIfPresent(authors?.map(\.hex), forKey: Key("authors"))
        try container.encodeIfPresent(kinds, forKey: Key("kinds"))
        try container.encodeIfPresent(since, forKey: Key("since"))
        try container.encodeIfPresent(until, forKey: Key("until"))
        try container.encodeIfPresent(limit, forKey: Key("limit"))
        for (name, values) in tags { try container.encode(values, forKey: Key("#\(name)")) }
    }
}
